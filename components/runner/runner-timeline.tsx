'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { useLiveEvents } from '@/components/api/live-provider'
import { LIVE_EVENT_TYPES } from '@/components/api/live-subscription'
import { eventDetail, eventWords } from '@/components/event/event-words'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Skeleton } from '@/components/ui/panel'

/** Events shown beside a terminal; older ones are on the events page. */
const MAX_EVENTS = 50

/** What happened to a runner, newest first, live. */
export function RunnerTimeline({ runnerId }: { runnerId: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const input = { subjectId: runnerId, types: LIVE_EVENT_TYPES, limit: MAX_EVENTS }
  const events = useQuery(trpc.event.list.queryOptions(input))
  useLiveEvents((event) => {
    if (event.subject.id !== runnerId) return
    queries.setQueryData(trpc.event.list.queryKey(input), (known) =>
      known?.some((other) => other.seq === event.seq) ? known : [event, ...(known ?? [])].slice(0, MAX_EVENTS),
    )
  })
  if (!events.data)
    return events.error ? <p className="text-ink-faint text-xs">Could not be loaded.</p> : <Skeleton className="h-24" />
  return (
    <ol className="flex flex-col">
      {events.data.map((event) => (
        <li
          key={event.seq}
          className="relative flex gap-3 pb-3 text-xs last:pb-0 [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-3.5 [&:not(:last-child)]:before:bottom-0 [&:not(:last-child)]:before:left-[2.5px] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line"
        >
          <span aria-hidden className="mt-[5px] size-1.5 shrink-0 rounded-full bg-line-strong" />
          <span className="min-w-0 flex-1">
            <span className="flex justify-between gap-2">
              <span>{eventWords(event)}</span>
              <time dateTime={event.at} className="shrink-0 text-2xs text-ink-faint">
                {now > 0 && formatMoment(event.at, now)}
              </time>
            </span>
            <span className="block break-words text-ink-faint">{eventDetail(event)}</span>
          </span>
        </li>
      ))}
    </ol>
  )
}
