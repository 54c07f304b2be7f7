'use client'
import { FastForward } from 'lucide-react'
import { useEffect, useState } from 'react'

/** Long enough to be read, and heard. */
const SHOWN_MS = 6_000

/** Says for a moment that output was skipped, each time `skips` grows; covers no key and takes no press. */
export function SkippedMark({ skips }: { skips: number }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    if (skips === 0) return
    setShown(true)
    const timer = setTimeout(() => setShown(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [skips])
  // The region is there before its text, or a screen reader would not tell of it.
  return (
    <div role="status" className="pointer-events-none absolute inset-x-3 bottom-12 z-10 flex justify-center">
      {isShown && (
        <p className="flex items-center gap-1.5 rounded-md border border-line-strong bg-raised px-2 py-1 text-ink-soft text-xs shadow-pop">
          <FastForward aria-hidden className="size-3.5 shrink-0 text-warn" />
          Output was skipped: this is the screen as it is now.
        </p>
      )}
    </div>
  )
}
