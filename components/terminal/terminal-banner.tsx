'use client'
import { Disc, Eye, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { formatBytes } from '@/components/format/quantity'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'

interface TerminalBannerProps {
  state: TerminalLinkState
  /** Which of those attached is this terminal. */
  clientId: string
  /** Nothing needs to be said of a free seat: whoever types has it. */
  quiet?: boolean
  /** Grows with every key a viewer pressed in vain. */
  refusals: number
  onTakeControl: () => void
  /** Asks whoever drives for the seat. */
  onAsk: () => void
}

/** One line above the terminal while there is something to say: who drives, or what is wrong. */
export function TerminalBanner(props: TerminalBannerProps) {
  const { state, clientId, quiet = false, refusals, onTakeControl, onAsk } = props
  const { phase, role, readOnly, presence, problem, exit, inputUnread, unackedInput } = state
  if (exit) return null
  if (phase === 'closed') {
    return problem ? (
      <Line icon={<TriangleAlert aria-hidden className="size-3.5 text-bad" />}>{problem.message}</Line>
    ) : null
  }
  if (phase === 'reconnecting') {
    return (
      <Line icon={<LoaderCircle aria-hidden className="size-3.5 animate-spin text-warn" />}>
        Connection lost. The runner goes on
        {role === 'driver' ? '; what you type is kept and sent once it is back.' : '.'}
      </Line>
    )
  }
  if (phase === 'attached' && role === 'viewer') {
    const driver = presence.driver?.name
    const does = presence.driver?.away ? 'is away; the seat is kept for a moment' : 'drives'
    if (quiet && !driver && !readOnly) return null
    // Guests are not told who is there.
    const told = presence.clients.length > 0
    const asking = presence.clients.some((client) => client.clientId === clientId && client.asks)
    return (
      <Line key={refusals} icon={<Eye aria-hidden className="size-3.5 text-ink-faint" />} flash={refusals > 0}>
        <span className="min-w-0 flex-1 truncate">
          {driver ? `${driver} ${does}. ` : told && 'Nobody drives. '}
          {readOnly ? 'You may watch, not type.' : 'You are watching.'}
        </span>
        {!readOnly && driver && (
          <Button size="sm" variant="ghost" disabled={asking} onClick={onAsk}>
            {asking ? 'Asked' : 'Ask for it'}
          </Button>
        )}
        {!readOnly && (
          <Button size="sm" onClick={onTakeControl}>
            Take control
          </Button>
        )}
      </Line>
    )
  }
  if (inputUnread) {
    return (
      <Line icon={<TriangleAlert aria-hidden className="size-3.5 text-warn" />}>
        The program does not read what you type: {formatBytes(unackedInput)} wait. Nothing is lost.
      </Line>
    )
  }
  if (problem) return <Line icon={<TriangleAlert aria-hidden className="size-3.5 text-warn" />}>{problem.message}</Line>
  if (phase === 'attached' && role === 'driver' && presence.inputRecorded)
    return <Line icon={<Disc aria-hidden className="size-3.5 text-warn" />}>What you type here is recorded.</Line>
  return null
}

const Line = ({ icon, flash = false, children }: { icon: ReactNode; flash?: boolean; children: ReactNode }) => (
  <div
    role="status"
    className={cn(
      'flex min-h-9 items-center gap-2 border-line border-b bg-surface px-3 py-1 text-ink-soft text-xs',
      flash && 'fade-in-0 animate-in bg-warn-wash duration-300',
    )}
  >
    {icon}
    {children}
  </div>
)
