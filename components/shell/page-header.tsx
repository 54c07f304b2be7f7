import type { ReactNode } from 'react'

/** Title of a page with its main actions. */
export function PageHeader({ title, note, children }: { title: ReactNode; note?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex min-h-8 flex-wrap items-center justify-between gap-3">
      <div className="min-w-0">
        <h1 className="truncate font-semibold text-lg leading-7 tracking-tight">{title}</h1>
        {note && <p className="truncate text-ink-faint">{note}</p>}
      </div>
      {children && <div className="flex items-center gap-2">{children}</div>}
    </header>
  )
}
