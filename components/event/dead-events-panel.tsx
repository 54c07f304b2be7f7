'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { toast } from 'sonner'
import { useTRPC } from '@/components/api/client'
import { useLiveEvents } from '@/components/api/live-provider'
import { toastProblem } from '@/components/api/toast-problem'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader } from '@/components/ui/panel'
import type { DeadEvent } from '@/contracts/event/event'
import { EventSubject } from './event-row'
import { eventWords } from './event-words'

/** What another browser sent again is told by no event while more are parked. */
const POLL_MS = 10_000
/** Rows shown; the rest is told as a number and sent again with all. */
const SHOWN = 20

/** Events that could not be delivered and wait for somebody to send them again. Nothing is shown while there are none. */
export function DeadEventsPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const dead = useQuery(trpc.event.dead.queryOptions({ limit: SHOWN }, { refetchInterval: POLL_MS }))
  const refresh = () => void queries.invalidateQueries(trpc.event.dead.pathFilter())
  // Parking raises an alert, and sending the last one again takes it back.
  useLiveEvents((event) => event.type === 'system.alert' && refresh())
  const retry = useMutation(
    trpc.event.retryDead.mutationOptions({
      onSuccess: ({ retried }) => {
        toast.success(retried === 1 ? 'One event is sent again' : `${retried} events are sent again`)
        refresh()
      },
      onError: (error) => toastProblem('Could not send again', error),
    }),
  )
  if (!dead.data || dead.data.total === 0) return null
  const { total, events } = dead.data
  const title = total === 1 ? 'One event could not be delivered' : `${total} events could not be delivered`
  return (
    <Panel aria-label={title} className="overflow-hidden border-warn/50">
      <PanelHeader title={title} note="kept here until they are sent again">
        <Button disabled={retry.isPending} onClick={() => retry.mutate({ all: true })}>
          <RotateCw aria-hidden />
          Send all again
        </Button>
      </PanelHeader>
      <ol className="divide-y divide-line">
        {events.map((event) => (
          <DeadRow
            key={event.id}
            event={event}
            busy={retry.isPending}
            onRetry={() => retry.mutate({ ids: [event.id] })}
          />
        ))}
      </ol>
      {total > events.length && (
        <p className="border-line border-t px-4 py-2 text-ink-faint text-xs">and {total - events.length} more</p>
      )}
    </Panel>
  )
}

function DeadRow({ event, busy, onRetry }: { event: DeadEvent; busy: boolean; onRetry: () => void }) {
  const now = useNow()
  return (
    <li className="flex items-center justify-between gap-4 px-4 py-2">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{eventWords(event)}</span>
          <span className="text-ink-soft">
            <EventSubject event={event} />
          </span>
          <span className="text-ink-faint text-xs">
            event {event.seq} of {formatMoment(event.at, now)}
          </span>
        </p>
        <p className="text-ink-soft text-xs [overflow-wrap:anywhere]">
          {event.lastError} ({event.attempts === 1 ? 'tried once' : `tried ${event.attempts} times`})
        </p>
      </div>
      <Button size="sm" disabled={busy} onClick={onRetry}>
        Send again
      </Button>
    </li>
  )
}
