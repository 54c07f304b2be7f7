'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, Film } from 'lucide-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { useRunner } from '@/components/api/use-runners'
import { formatBytes } from '@/components/format/quantity'
import { titleOf } from '@/components/runner/runner-state'
import { LoadFailure } from '@/components/shell/load-failure'
import { runnerHref } from '@/components/shell/navigation'
import { Select } from '@/components/ui/input'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import { clockWords } from './replay-clock'
import { ReplayView } from './replay-view'

/** What was on the screen: the recordings of a runner's lives, played again. */
export function ReplayPage() {
  const { id } = useParams<{ id: string }>()
  const trpc = useTRPC()
  const runner = useRunner(id).data
  const info = useQuery(trpc.recording.info.queryOptions({ id }))
  const [chosen, setChosen] = useState<number | null>(null)
  const lives = info.data?.lives ?? []
  const life = lives.find(({ epoch }) => epoch === chosen) ?? lives.at(-1)
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex h-14 shrink-0 items-center gap-2 border-line border-b bg-canvas px-2 md:gap-3 md:px-4">
        <Link
          href={runnerHref(id)}
          aria-label="Back to the runner"
          className="flex size-9 items-center justify-center rounded-md text-ink-soft hover:bg-hover"
        >
          <ChevronLeft aria-hidden className="size-5" />
        </Link>
        <div className="min-w-0 flex-1">
          <h1 className="truncate font-semibold leading-5">Replay{runner && ` of ${titleOf(runner)}`}</h1>
          {life && (
            <p className="truncate text-ink-faint text-xs">
              {new Date(life.startedAt).toLocaleString()} · {clockWords(life.duration)} · {formatBytes(life.bytes)}
              {life.growing && ' · still recording'}
            </p>
          )}
        </div>
        {lives.length > 1 && (
          <Select
            aria-label="Life"
            className="w-32"
            value={life?.epoch}
            onChange={(event) => setChosen(Number(event.target.value))}
          >
            {lives.map(({ epoch }, index) => (
              <option key={epoch} value={epoch}>
                {`Run ${index + 1} of ${lives.length}`}
              </option>
            ))}
          </Select>
        )}
      </header>
      {life ? (
        <ReplayView key={life.epoch} runnerId={id} life={life} />
      ) : info.error ? (
        <LoadFailure error={info.error} />
      ) : info.data ? (
        <EmptyState icon={Film} title="No recording">
          Nothing of this runner is kept: it printed nothing yet, or its recording was the oldest and made room.
        </EmptyState>
      ) : (
        <div role="status" aria-label="Loading recording" className="flex-1 p-4">
          <Skeleton className="h-full" />
        </div>
      )}
    </div>
  )
}
