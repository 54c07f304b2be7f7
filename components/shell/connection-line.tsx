'use client'
import { CloudOff } from 'lucide-react'
import { useLiveState } from '@/components/api/live-provider'

/** One quiet line while changes do not arrive. */
export function ConnectionLine() {
  const state = useLiveState()
  return (
    <div role="status" aria-live="polite">
      {state === 'offline' && (
        <p className="flex items-center justify-center gap-2 border-line border-b bg-warn-wash px-4 py-1 text-ink-soft text-xs">
          <CloudOff aria-hidden className="size-3.5 text-warn" />
          Connection lost. This is the last known state; reconnecting by itself.
        </p>
      )}
    </div>
  )
}
