'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, Film } from 'lucide-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { useTRPC } from '@/components/api/client'
import { useRunner } from '@/components/api/use-runners'
import { titleOf } from '@/components/runner/runner-state'
import { LoadFailure } from '@/components/shell/load-failure'
import { runnerHref } from '@/components/shell/navigation'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import { LifeFacts, LifeSelect, useChosenLife } from './life-select'
import { useRunnerRecordings } from './replay-source'
import { ReplayView } from './replay-view'

/** What was on the screen: the recordings of a runner's lives, played again. */
export function ReplayPage() {
  const { id } = useParams<{ id: string }>()
  const trpc = useTRPC()
  const runner = useRunner(id).data
  const info = useQuery(trpc.recording.info.queryOptions({ id }))
  const source = useRunnerRecordings(id)
  const { life, ...choice } = useChosenLife(info.data?.lives ?? [])
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
          {life && <LifeFacts life={life} />}
        </div>
        <LifeSelect {...choice} life={life} />
      </header>
      {life ? (
        <ReplayView key={life.epoch} source={source} life={life} />
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
