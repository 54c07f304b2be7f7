import { Eye, Keyboard } from 'lucide-react'
import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { Button } from '@/components/ui/button'

/** What who drives can do with the seat. */
export interface SeatActions {
  /** Gives it to another who is there. */
  handOver(clientId: string): void
  /** Leaves it free for whoever types next. */
  letGo(): void
}

interface PresenceProps {
  link: TerminalLinkState
  /** Which of those attached is this page. */
  clientId: string
  seat: SeatActions
}

/** Who is at a runner's terminal, and who drives; who does so here can hand it on. */
export function Presence({ link, clientId, seat }: PresenceProps) {
  const { driver, clients } = link.presence
  if (clients.length === 0) return <p className="text-ink-faint text-xs">Nobody is attached.</p>
  const mine = link.phase === 'attached' && driver?.clientId === clientId
  return (
    <ul className="flex flex-col gap-1 text-xs">
      {clients.map((client) => {
        const drives = client.clientId === driver?.clientId
        const Icon = drives ? Keyboard : Eye
        return (
          <li key={client.clientId} className="flex min-h-7 items-center gap-2">
            <Icon aria-hidden className={drives ? 'size-3.5 text-accent-strong' : 'size-3.5 text-ink-faint'} />
            <span className="truncate">
              {client.name}
              {client.clientId === clientId && ' (here)'}
            </span>
            <span className="flex-1 text-ink-faint">
              {drives ? 'drives' : client.readOnly ? 'watches, read-only' : client.asks ? 'asks to drive' : 'watches'}
            </span>
            {mine && drives && clients.length > 1 && (
              <Button size="sm" variant="ghost" onClick={seat.letGo}>
                Let go
              </Button>
            )}
            {mine && !drives && !client.readOnly && (
              <Button
                size="sm"
                variant="ghost"
                aria-label={`Hand over to ${client.name}`}
                onClick={() => seat.handOver(client.clientId)}
              >
                Hand over
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}
