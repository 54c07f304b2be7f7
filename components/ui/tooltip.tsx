'use client'
import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

/** Milliseconds before a hint appears: long enough not to flicker while the pointer travels. */
const DELAY_MS = 350

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={DELAY_MS}>{children}</Radix.Provider>
)

/** Names what an icon does; the child must still carry its own accessible name. */
export function Tooltip({
  text,
  side = 'bottom',
  children,
}: {
  text: string
  side?: 'bottom' | 'right' | 'top'
  children: ReactNode
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="data-[state=delayed-open]:fade-in-0 z-50 rounded-md bg-ink px-2 py-1 text-canvas text-xs shadow-pop data-[state=delayed-open]:animate-in"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
