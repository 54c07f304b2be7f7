'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import type { Notification } from '@/contracts/notification/notification'

/** Nothing tells of a notification's fate but asking. */
const POLL_MS = 10_000
const SHOWN = 10

const STATE_WORDS: Record<Notification['state'], { word: string; tone: string }> = {
  pending: { word: 'waiting to be sent', tone: 'text-ink-faint' },
  held: { word: 'held until the quiet hours end', tone: 'text-ink-faint' },
  sent: { word: 'sent', tone: 'text-ink-faint' },
  withdrawn: { word: 'taken back', tone: 'text-ink-faint' },
  failed: { word: 'failed', tone: 'text-bad' },
}

/** The last notifications and what became of them. */
export function RecentNotifications() {
  const trpc = useTRPC()
  const now = useNow()
  const recent = useQuery(trpc.notification.list.queryOptions({ limit: SHOWN }, { refetchInterval: POLL_MS }))
  if (!recent.data || recent.data.length === 0) {
    return <p className="px-4 py-3 text-ink-faint text-xs">No notification so far. The last ones are listed here.</p>
  }
  return (
    <>
      <h3 className="border-line border-b px-4 py-2 font-medium text-xs">Recent</h3>
      <ol className="divide-y divide-line" aria-label="Recent notifications">
        {recent.data.map((item) => {
          const { word, tone } = STATE_WORDS[item.state]
          return (
            <li key={item.id} className="px-4 py-2">
              <p className="flex flex-wrap items-baseline justify-between gap-x-4">
                <span className="min-w-0 font-medium [overflow-wrap:anywhere]">
                  {item.title}
                  {item.occurrences > 1 && <span className="text-ink-faint"> ×{item.occurrences}</span>}
                </span>
                <span className={`text-xs ${tone}`}>
                  {item.channel}, {word} {formatMoment(item.updatedAt, now)}
                </span>
              </p>
              <p className="whitespace-pre-line text-ink-soft text-xs [overflow-wrap:anywhere]">{item.message}</p>
              {item.state !== 'sent' && item.lastError && (
                <p className="text-bad text-xs [overflow-wrap:anywhere]">{item.lastError}</p>
              )}
            </li>
          )
        })}
      </ol>
    </>
  )
}
