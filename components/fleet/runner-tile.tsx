'use client'
import { Bell, Check, Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { Checkbox } from 'radix-ui'
import { memo } from 'react'
import { formatBytes, formatCount, formatCpu } from '@/components/format/quantity'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { noticeWords } from '@/components/notice/notice-words'
import { activityLine, subagentWords, todoProgress } from '@/components/runner/activity-words'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { RunnerMenu } from '@/components/runner/runner-menu'
import { endingOf, shortId, stateSince, titleOf } from '@/components/runner/runner-state'
import { StateBadge } from '@/components/runner/state-badge'
import { runnerHref } from '@/components/shell/navigation'
import { ScreenThumbnail } from '@/components/thumbnail/screen-thumbnail'
import { cn } from '@/components/ui/class-names'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'

interface RunnerTileProps {
  runner: Runner
  selected: boolean
  /** Some runner is selected, so every tile shows its box. */
  selecting: boolean
  /** Absent where nothing can be done with many at once. */
  onSelect?: (id: string, selected: boolean) => void
}

/** One runner at a glance. The whole tile opens its terminal. */
export const RunnerTile = memo(function RunnerTile({ runner, selected, selecting, onSelect }: RunnerTileProps) {
  const ended = isEnded(runner.status)
  const title = titleOf(runner)
  return (
    <article
      data-testid="runner-tile"
      data-runner={runner.id}
      className={cn(
        'group relative flex flex-col overflow-hidden rounded-lg border transition-colors [contain-intrinsic-size:auto_13rem] [content-visibility:auto] hover:border-line-strong has-[a:focus-visible]:border-accent has-[a:focus-visible]:ring-1 has-[a:focus-visible]:ring-accent',
        ended ? 'bg-canvas' : 'bg-surface',
        selected && 'border-accent ring-1 ring-accent',
      )}
    >
      <header className="flex items-start gap-2 px-3 pt-2.5 pb-2">
        <div className="min-w-0 flex-1">
          <h3 className="truncate font-semibold leading-5">
            {/* The link covers the tile; what else can be pressed lies above it. */}
            <Link
              href={runnerHref(runner.id)}
              data-runner-link
              className="outline-none after:absolute after:inset-0 after:z-0"
            >
              {title}
            </Link>
          </h3>
          <p className="flex items-center gap-1.5 truncate text-ink-faint text-xs">
            <ProviderIcon provider={runner.provider} className="size-3.5 shrink-0" />
            <span>{runner.provider}</span>
            {runner.name && <span className="truncate">· {runner.project}</span>}
            <span className="font-mono text-2xs">{shortId(runner.id)}</span>
          </p>
        </div>
        <div
          className={cn(
            'relative z-10 -mr-1 flex items-center gap-0.5 opacity-0 focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100',
            selecting && 'opacity-100',
          )}
        >
          {onSelect && (
            <Checkbox.Root
              checked={selected}
              onCheckedChange={(checked) => onSelect(runner.id, checked === true)}
              aria-label={`Select ${title}`}
              className="flex size-7 items-center justify-center rounded-md hover:bg-hover"
            >
              <span
                className={cn(
                  'flex size-4 items-center justify-center rounded border border-line-strong',
                  ended ? 'bg-canvas' : 'bg-surface',
                  selected && 'border-accent bg-accent text-on-accent',
                )}
              >
                <Checkbox.Indicator>
                  <Check aria-hidden className="size-3" strokeWidth={3} />
                </Checkbox.Indicator>
              </span>
            </Checkbox.Root>
          )}
          <RunnerMenu
            runner={runner}
            trigger={
              <button
                type="button"
                aria-label={`Actions for ${title}`}
                className="flex size-7 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
              >
                <Ellipsis aria-hidden className="size-4" />
              </button>
            }
          />
        </div>
      </header>
      <ScreenThumbnail runner={runner} />
      <NoticeLine runner={runner} />
      <ActivityLine runner={runner} />
      <footer className="flex h-9 items-center gap-3 px-3 text-xs">
        <StateBadge runner={runner} />
        <Age since={stateSince(runner)} />
        <span className="ml-auto flex min-w-0 items-center gap-2.5 truncate text-ink-faint">
          {ended ? (
            <span className="truncate">{endingOf(runner)}</span>
          ) : runner.pid === null ? null : (
            <>
              {runner.tokensUsed > 0 && <span title="Tokens used">{formatCount(runner.tokensUsed)} tok</span>}
              <span title="CPU of the whole process tree">{formatCpu(runner.cpuPercent)}</span>
              <span title="Memory of the whole process tree">{formatBytes(runner.memoryBytes)}</span>
            </>
          )}
        </span>
      </footer>
    </article>
  )
})

/** Only this text is drawn again every second, not the tile. */
function Age({ since }: { since: string }) {
  const now = useNow()
  return <span className="text-ink-faint">{now === 0 ? '' : formatSince(since, now)}</span>
}

/** What its program rang for since somebody was attached last. */
function NoticeLine({ runner: { notice } }: { runner: Runner }) {
  if (notice === null) return null
  const words = noticeWords(notice)
  return (
    <p data-testid="notice-line" className="flex items-center gap-1.5 border-line border-t px-3 pt-2 text-xs">
      <Bell aria-hidden className="size-3.5 shrink-0 text-warn" />
      <span className="min-w-0 flex-1 truncate text-ink-soft" title={words}>
        {words}
      </span>
    </p>
  )
}

/** The tool it runs or what it says, with its sub-agents and its list; no line where it tells nothing. */
function ActivityLine({ runner }: { runner: Runner }) {
  const line = activityLine(runner)
  const detail = isEnded(runner.status) ? null : runner.activityDetail
  const rest = detail && [subagentWords(detail), todoProgress(detail.todos)].filter((part) => part !== null).join(' · ')
  if (line === null && !rest) return null
  return (
    <p data-testid="activity-line" className="flex items-center gap-2 border-line border-t px-3 pt-2 text-xs">
      <span className="min-w-0 flex-1 truncate text-ink-soft" title={line ?? undefined}>
        {line}
      </span>
      {rest && <span className="shrink-0 text-ink-faint">{rest}</span>}
    </p>
  )
}
