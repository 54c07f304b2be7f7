'use client'
import { Maximize2, X } from 'lucide-react'
import Link from 'next/link'
import { type Ref, useState } from 'react'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { randomId } from '@/components/api/random-id'
import { EndedBar } from '@/components/runner/ended-bar'
import { titleOf } from '@/components/runner/runner-state'
import { StateBadge } from '@/components/runner/state-badge'
import { useTerminalLife } from '@/components/runner/use-terminal-life'
import { runnerHref } from '@/components/shell/navigation'
import { useRunnerAccess } from '@/components/terminal/terminal-access'
import { TerminalPane, type TerminalPaneHandle } from '@/components/terminal/terminal-pane'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Kbd } from '@/components/ui/panel'
import type { Runner } from '@/contracts/runner/runner'

interface WallTileProps {
  runner: Runner
  /** Its place on the wall, from 1: the key that leads to it. */
  place: number
  onRemove: () => void
  ref?: Ref<TerminalPaneHandle>
}

/** One live terminal of a wall, scaled to its tile; whoever types in it drives. */
export function WallTile({ runner, place, onRemove, ref }: WallTileProps) {
  const [link, setLink] = useState<TerminalLinkState>(initialLinkState)
  const [clientId] = useState(randomId)
  const access = useRunnerAccess(runner.id)
  const life = useTerminalLife(runner, link.phase === 'closed')
  const drives = link.phase === 'attached' && link.role === 'driver'
  const title = titleOf(runner)
  return (
    <article
      aria-label={title}
      data-testid="wall-tile"
      data-runner={runner.id}
      className={cn(
        'flex min-h-0 min-w-0 flex-col overflow-hidden rounded-lg border bg-surface focus-within:border-accent focus-within:ring-1 focus-within:ring-accent',
        drives ? 'border-accent/60' : 'border-line',
      )}
    >
      <header className="flex h-9 shrink-0 items-center gap-2 border-line border-b pr-1 pl-2.5 text-xs">
        <Kbd>{place}</Kbd>
        <h2 className="min-w-0 flex-1 truncate font-medium">{title}</h2>
        {drives && <span className="text-accent-strong">you drive</span>}
        <StateBadge runner={runner} />
        <Button asChild size="icon-sm" variant="ghost">
          <Link href={runnerHref(runner.id)} aria-label={`Open ${title}`}>
            <Maximize2 aria-hidden />
          </Link>
        </Button>
        <Button size="icon-sm" variant="ghost" aria-label={`Take ${title} off the wall`} onClick={onRemove}>
          <X aria-hidden />
        </Button>
      </header>
      <TerminalPane
        key={life}
        ref={ref}
        onWall
        label={`Terminal of ${title}`}
        access={access}
        clientId={clientId}
        onState={setLink}
      />
      <EndedBar runner={runner} />
    </article>
  )
}
