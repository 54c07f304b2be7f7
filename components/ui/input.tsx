import { ChevronDown } from 'lucide-react'
import { Label as RadixLabel } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names'

// 16 px on phones: iOS zooms into smaller fields.
const FIELD =
  'w-full rounded-md border border-line-strong bg-surface text-base text-ink placeholder:text-ink-faint transition-colors hover:border-ink-faint/60 focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 disabled:opacity-50 aria-invalid:border-bad md:text-[0.8125rem]'

/** One line of text. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(FIELD, 'h-9 px-2.5 md:h-8', className)} {...props} />
}

/** Several lines of text. */
export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(FIELD, 'min-h-20 resize-y px-2.5 py-1.5 leading-5', className)} {...props} />
}

/** A native select: the best one on phones and for screen readers. `className` sizes its frame. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative block', className)}>
      <select className={cn(FIELD, 'h-9 cursor-pointer appearance-none truncate pr-8 pl-2.5 md:h-8')} {...props} />
      <ChevronDown
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-2.5 size-3.5 text-ink-faint"
      />
    </span>
  )
}

interface FieldProps {
  id: string
  label: string
  /** What to type, or why. */
  hint?: ReactNode
  error?: string | undefined
  children: ReactNode
}

/** Label, control, hint and error of one input; give the control `id` and `aria-describedby={`${id}-note`}`. */
export function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <RadixLabel.Root htmlFor={id} className="font-medium text-ink text-xs">
        {label}
      </RadixLabel.Root>
      {children}
      {(error ?? hint) && (
        <p
          id={`${id}-note`}
          role={error ? 'alert' : undefined}
          className={cn('text-xs', error ? 'text-bad' : 'text-ink-faint')}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  )
}
