import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names'

/** A bordered surface. */
export function Panel({ className, ...props }: ComponentProps<'section'>) {
  return <section className={cn('rounded-lg border border-line bg-surface', className)} {...props} />
}

/** Title line of a panel, with room for actions at its end. */
export function PanelHeader({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex min-h-11 items-center justify-between gap-3 border-line border-b px-4 py-1.5">
      <h2 className="flex min-w-0 flex-wrap items-baseline gap-x-2 font-semibold">
        {title}
        {note && <span className="font-normal text-ink-faint text-xs">{note}</span>}
      </h2>
      {children && <div className="flex shrink-0 items-center gap-1.5">{children}</div>}
    </div>
  )
}

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  /** The next step. */
  children: ReactNode
  actions?: ReactNode
}

/** Nothing is here yet: says why and what to do next. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 flex size-10 items-center justify-center rounded-lg border border-line bg-surface text-ink-faint">
        <Icon className="size-5" aria-hidden />
      </span>
      <h2 className="font-semibold text-[0.9375rem]">{title}</h2>
      <div className="mt-1 max-w-md text-balance text-ink-soft">{children}</div>
      {actions && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}

/** A grey shape where content is about to be. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('breathe rounded-md bg-sunken', className)} />
)

/** A key as it is printed on keyboards. */
export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-line bg-sunken px-1 font-sans text-2xs text-ink-soft">
    {children}
  </kbd>
)
