'use client'
import { Hand } from 'lucide-react'
import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { Button } from '@/components/ui/button'

interface SeatRequestProps {
  state: TerminalLinkState
  /** Which of those attached is this terminal. */
  clientId: string
  /** Gives the seat to one who asked, or refuses. */
  onAnswer: (asker: string, given: boolean) => void
}

/** Tells the driver who asks for the seat. Above the terminal's rows, not beside them: a question changes no size. */
export function SeatRequest({ state, clientId, onAnswer }: SeatRequestProps) {
  const asker = state.presence.clients.find((client) => client.asks && client.clientId !== clientId)
  if (!asker || state.phase !== 'attached' || state.role !== 'driver') return null
  return (
    <div
      role="status"
      className="absolute inset-x-2 top-2 z-20 mx-auto flex max-w-md items-center gap-2 rounded-md border border-line-strong bg-raised px-3 py-1 text-ink-soft text-xs shadow-pop"
    >
      <Hand aria-hidden className="size-3.5 shrink-0 text-accent-strong" />
      <span className="min-w-0 flex-1 truncate">{asker.name} asks to drive.</span>
      <Button size="sm" variant="ghost" onClick={() => onAnswer(asker.clientId, false)}>
        Not now
      </Button>
      <Button size="sm" onClick={() => onAnswer(asker.clientId, true)}>
        Hand over
      </Button>
    </div>
  )
}
