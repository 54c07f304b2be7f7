'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './class-names'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  /** `center` floats, `side` is a sheet from the right; on phones both rise from below. */
  placement?: 'center' | 'side'
  className?: string
  children: ReactNode
}

const PLACEMENTS = {
  center:
    'inset-x-0 bottom-0 max-h-[92dvh] rounded-t-xl md:inset-auto md:top-[12vh] md:left-1/2 md:max-h-[80vh] md:w-[30rem] md:-translate-x-1/2 md:rounded-xl',
  side: 'inset-x-0 bottom-0 max-h-[85dvh] rounded-t-xl md:inset-y-0 md:right-0 md:left-auto md:h-full md:max-h-none md:w-96 md:rounded-none',
}

/** A modal with a title, a close button and a scrolling body. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  placement = 'center',
  className,
  children,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="data-[state=open]:fade-in-0 data-[state=closed]:fade-out-0 fixed inset-0 z-50 bg-(--shade) data-[state=closed]:animate-out data-[state=open]:animate-in" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cn(
            'data-[state=open]:fade-in-0 data-[state=closed]:fade-out-0 data-[state=open]:slide-in-from-bottom-2 fixed z-50 flex flex-col border border-line bg-raised shadow-pop outline-none duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in',
            PLACEMENTS[placement],
            className,
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-3">
            <div className="min-w-0">
              <Radix.Title className="font-semibold text-[0.9375rem] leading-6">{title}</Radix.Title>
              {description && <Radix.Description className="mt-0.5 text-ink-soft">{description}</Radix.Description>}
            </div>
            <Radix.Close
              aria-label="Close"
              className="-mr-1.5 flex size-7 shrink-0 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
            >
              <X className="size-4" />
            </Radix.Close>
          </div>
          <div className="scroll-thin min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
