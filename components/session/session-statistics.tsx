'use client'
import { useQuery } from '@tanstack/react-query'
import { localTimeZone } from '@/client/local-time-zone'
import { useTRPC } from '@/components/api/client'
import { formatCost, formatCount } from '@/components/format/quantity'
import { formatDuration } from '@/components/format/time'
import { Skeleton } from '@/components/ui/panel'

const DAYS = 30
const POLL_MS = 30_000

/** What the sessions of the last days came to. */
export function SessionStatistics({ project }: { project: string | undefined }) {
  const trpc = useTRPC()
  const timeZone = localTimeZone()
  const stats = useQuery(
    trpc.session.stats.queryOptions({ project, days: DAYS, timeZone }, { refetchInterval: POLL_MS }),
  )
  // Nothing to say is better than an error above a list that works.
  if (stats.error && !stats.data) return null
  if (!stats.data) return <Skeleton className="h-14" />
  const { total, days } = stats.data
  const most = Math.max(1, ...days.map((day) => day.tokens))
  return (
    <section
      aria-label={`Sessions of the last ${DAYS} days`}
      className="flex flex-wrap items-end gap-x-8 gap-y-3 rounded-lg border border-line bg-surface px-4 py-3"
    >
      <Figure name={`Sessions, ${DAYS} days`} value={formatCount(total.sessions)} />
      <Figure name="Messages" value={formatCount(total.messages)} />
      <Figure name="Tokens" value={formatCount(total.tokens)} />
      <Figure name="Cost" value={formatCost(total.costUsd)} />
      <Figure name="Time in them" value={formatDuration(total.durationMs)} />
      <div
        role="img"
        aria-label={`Tokens by day: ${days.map((day) => `${day.day} ${formatCount(day.tokens)}`).join(', ') || 'none'}`}
        className="ml-auto hidden h-10 items-end gap-0.5 md:flex"
      >
        {days.map((day) => (
          <span
            key={day.day}
            title={`${day.day}: ${formatCount(day.tokens)} tokens in ${day.sessions}`}
            className="w-1.5 rounded-t-sm bg-accent/70"
            style={{ height: `${Math.max(4, (day.tokens / most) * 100)}%` }}
          />
        ))}
      </div>
    </section>
  )
}

const Figure = ({ name, value }: { name: string; value: string }) => (
  <p className="flex flex-col">
    <span className="text-ink-faint text-xs">{name}</span>
    <span className="font-semibold text-[0.9375rem]">{value}</span>
  </p>
)
