'use client'
import { Bell, X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import type { ProgramSignal } from '@/contracts/terminal/program-signal'

/** What the program wanted noticed last, until it is put away. */
export function SignalMark({ signal, onClose }: { signal: ProgramSignal; onClose: () => void }) {
  return (
    <div
      role="status"
      data-testid="signal"
      className="absolute top-2 left-3 z-10 flex max-w-[min(24rem,calc(100%-1.5rem))] items-center gap-1.5 rounded-md border border-line-strong bg-raised py-0.5 pr-0.5 pl-2 text-ink-soft text-xs shadow-pop"
    >
      <Bell aria-hidden className="size-3.5 shrink-0 text-warn" />
      <span className="truncate">{signal.text || 'Bell'}</span>
      <Button size="icon-sm" variant="ghost" aria-label="Dismiss" onClick={onClose}>
        <X aria-hidden />
      </Button>
    </div>
  )
}
