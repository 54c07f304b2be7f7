'use client'
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, CornerDownLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/components/ui/class-names'
import type { BarKey } from './keys'

interface KeyBarProps {
  ctrlArmed: boolean
  onCtrl: () => void
  onKey: (key: BarKey) => void
  /** Whether the terminal has this screen's size; absent where that is not to be had. */
  fitted?: boolean
  onFit?: () => void
}

const KEYS: readonly { key: BarKey; face: ReactNode }[] = [
  { key: 'Esc', face: 'Esc' },
  { key: 'Tab', face: 'Tab' },
  { key: 'Left', face: <ArrowLeft aria-hidden className="size-4" /> },
  { key: 'Up', face: <ArrowUp aria-hidden className="size-4" /> },
  { key: 'Down', face: <ArrowDown aria-hidden className="size-4" /> },
  { key: 'Right', face: <ArrowRight aria-hidden className="size-4" /> },
  { key: 'Enter', face: <CornerDownLeft aria-hidden className="size-4" /> },
]

const KEY =
  'flex h-10 min-w-10 flex-1 items-center justify-center rounded-md border border-line bg-raised text-xs active:bg-hover'

/** The keys a phone's keyboard lacks. */
export function KeyBar({ ctrlArmed, onCtrl, onKey, fitted = false, onFit }: KeyBarProps) {
  return (
    <div
      role="toolbar"
      aria-label="Terminal keys"
      // A press must not take the focus: the phone's keyboard would go away.
      onPointerDown={(event) => event.preventDefault()}
      className="flex shrink-0 gap-1 border-line border-t bg-surface p-1 pb-[max(0.25rem,env(safe-area-inset-bottom))]"
    >
      <button
        type="button"
        aria-pressed={ctrlArmed}
        onClick={onCtrl}
        className={cn(KEY, ctrlArmed && 'border-accent bg-accent-wash text-accent-strong')}
      >
        Ctrl
      </button>
      {onFit && (
        <button
          type="button"
          aria-pressed={fitted}
          aria-label="Fit the terminal to this screen"
          onClick={onFit}
          className={cn(KEY, fitted && 'border-accent bg-accent-wash text-accent-strong')}
        >
          Fit
        </button>
      )}
      {KEYS.map(({ key, face }) => (
        <button key={key} type="button" aria-label={key} onClick={() => onKey(key)} className={KEY}>
          {face}
        </button>
      ))}
    </div>
  )
}
