'use client'
import { ChevronLeft, ChevronRight, Grid3x3 } from 'lucide-react'
import { useRouter, useSearchParams } from 'next/navigation'
import { useRef, useState } from 'react'
import { orderForFleet } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { plural } from '@/components/format/quantity'
import { titleOf } from '@/components/runner/runner-state'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { useMedia } from '@/components/shell/use-media'
import type { TerminalPaneHandle } from '@/components/terminal/terminal-pane'
import { TerminalSettings } from '@/components/terminal/terminal-settings'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/input'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { useWallKeys } from './use-wall-keys'
import { MAX_ON_WALL, wallColumns, wallFrom, wallHref } from './wall-choice'
import { WallTile } from './wall-tile'

/** Everything at once: the live terminals that the address chooses, side by side. */
export function WallPage() {
  const query = useRunners()
  if (query.data) return <Wall runners={query.data} />
  if (query.error) return <LoadFailure error={query.error} />
  return (
    <div role="status" aria-label="Loading runners" className="h-full p-4">
      <Skeleton className="h-full" />
    </div>
  )
}

function Wall({ runners }: { runners: Runner[] }) {
  const router = useRouter()
  const { ids: wanted, refused } = wallFrom(useSearchParams().get('runners'))
  const side = useMedia('(min-width: 48rem)')
  // A phone shows one of them at a time.
  const [current, setCurrent] = useState(0)
  const panes = useRef(new Map<string, TerminalPaneHandle>())
  const show = (ids: readonly string[]) => router.replace(wallHref(ids))

  const shown = wanted.flatMap((id) => runners.find((runner) => runner.id === id) ?? [])
  const others = orderForFleet(runners.filter(({ id, status }) => !wanted.includes(id) && !isEnded(status)))
  const at = Math.min(current, shown.length - 1)
  useWallKeys((place) => {
    const runner = shown[place - 1]
    if (!runner) return
    setCurrent(place - 1)
    panes.current.get(runner.id)?.focus()
  })

  const visible = side ? shown : shown.slice(at, at + 1)
  return (
    <div className="flex h-full min-h-0 flex-col gap-3 p-3 md:p-4">
      <PageHeader title="Wall">
        {!side && shown.length > 1 && (
          <span className="flex items-center gap-1 text-xs">
            <Button size="icon" aria-label="Previous terminal" disabled={at <= 0} onClick={() => setCurrent(at - 1)}>
              <ChevronLeft aria-hidden />
            </Button>
            {at + 1} of {shown.length}
            <Button
              size="icon"
              aria-label="Next terminal"
              disabled={at >= shown.length - 1}
              onClick={() => setCurrent(at + 1)}
            >
              <ChevronRight aria-hidden />
            </Button>
          </span>
        )}
        {wanted.length < MAX_ON_WALL && others.length > 0 && (
          <Select
            aria-label="Add a runner"
            className="w-40"
            value=""
            onChange={(event) => {
              setCurrent(shown.length)
              show([...shown.map(({ id }) => id), event.target.value])
            }}
          >
            <option value="">Add…</option>
            {others.map((runner) => (
              <option key={runner.id} value={runner.id}>
                {titleOf(runner)}
              </option>
            ))}
          </Select>
        )}
        <TerminalSettings />
      </PageHeader>
      <FullNote refused={refused} isFull={wanted.length >= MAX_ON_WALL && others.length > 0} />
      {shown.length === 0 ? (
        <NothingChosen others={others} onShow={show} />
      ) : (
        <div
          className="grid min-h-0 flex-1 auto-rows-fr gap-3"
          style={{ gridTemplateColumns: `repeat(${side ? wallColumns(visible.length) : 1}, minmax(0, 1fr))` }}
        >
          {visible.map((runner) => (
            <WallTile
              key={runner.id}
              runner={runner}
              place={shown.indexOf(runner) + 1}
              onRemove={() => show(shown.filter((other) => other !== runner).map(({ id }) => id))}
              ref={(pane) => {
                if (pane) panes.current.set(runner.id, pane)
                else panes.current.delete(runner.id)
              }}
            />
          ))}
        </div>
      )}
    </div>
  )
}

/** Why there is no tenth. */
function FullNote({ refused, isFull }: { refused: number; isFull: boolean }) {
  if (refused === 0 && !isFull) return null
  return (
    <p role="status" className={refused > 0 ? 'rounded-md bg-warn-wash px-3 py-1.5 text-ink-soft' : 'text-ink-faint'}>
      {refused > 0 && `${plural(refused, 'more runner')} ${refused === 1 ? 'is' : 'are'} not shown. `}A wall holds{' '}
      {MAX_ON_WALL} terminals: take one off to add another.
    </p>
  )
}

function NothingChosen({ others, onShow }: { others: Runner[]; onShow: (ids: readonly string[]) => void }) {
  const first = others.slice(0, MAX_ON_WALL)
  return (
    <EmptyState
      icon={Grid3x3}
      title="Nothing on the wall"
      actions={
        first.length > 0 && (
          <Button variant="primary" onClick={() => onShow(first.map(({ id }) => id))}>
            Show {plural(first.length, 'runner')}
          </Button>
        )
      }
    >
      {first.length > 0
        ? `Up to ${MAX_ON_WALL} live terminals side by side. Add them above, or select tiles on the Fleet. The address keeps the choice.`
        : 'No runner is live. Launch one, then put it on the wall.'}
    </EmptyState>
  )
}
