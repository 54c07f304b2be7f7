import type { ReactNode } from 'react'
import { cn } from './class-names'

interface TwoLineRowProps {
  title: ReactNode
  /** What is less important of it. */
  note: ReactNode
  className?: string
  /** What can be done with it. */
  children?: ReactNode
}

/** One of a list: what it is, something about it, and what can be done with it. */
export const TwoLineRow = ({ title, note, className, children }: TwoLineRowProps) => (
  <li className={cn('flex items-center justify-between gap-3 px-4 py-1.5', className)}>
    <div className="min-w-0">
      <p className="truncate">{title}</p>
      <p className="truncate text-ink-faint text-xs">{note}</p>
    </div>
    {children}
  </li>
)
