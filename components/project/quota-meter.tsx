import { cn } from '@/components/ui/class-names'

interface QuotaMeterProps {
  used: number
  limit: number
  /** What it is of. */
  unit?: string
  show?: (amount: number) => string
}

/** How much of a quota is in use. */
export function QuotaMeter({ used, limit, unit = 'runners', show = String }: QuotaMeterProps) {
  const full = used >= limit
  const share = limit === 0 ? (used > 0 ? 1 : 0) : Math.min(1, used / limit)
  return (
    <div className="flex items-center gap-3 text-xs">
      <div aria-hidden className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken">
        <div
          className={cn('h-full rounded-full', full ? 'bg-warn' : 'bg-accent')}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <span className={cn('whitespace-nowrap', full ? 'text-warn' : 'text-ink-soft')}>
        {show(used)} of {show(limit)} {unit}
        {full && ', full'}
      </span>
    </div>
  )
}
