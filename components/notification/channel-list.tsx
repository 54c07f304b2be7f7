'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bell } from 'lucide-react'
import { toast } from 'sonner'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { type LineState, StateLine } from '@/components/ui/state-line'
import type { NotificationChannel, NotificationChannelStatus } from '@/contracts/notification/notification'

/** Nothing tells how sending goes but asking. */
const POLL_MS = 10_000

const NAMES: Record<NotificationChannel, string> = { ntfy: 'ntfy', webhook: 'Webhook' }

const stateOf = ({ configured, lastError }: NotificationChannelStatus): LineState =>
  configured ? (lastError ? 'trouble' : 'ok') : 'off'

function described(status: NotificationChannelStatus, now: number): string {
  if (!status.configured) return `Off. ${status.hint ?? ''}`
  const sent = status.lastSentAt ? `last sent ${formatMoment(status.lastSentAt, now)}` : 'nothing sent yet'
  return [status.lastError ?? sent, ...(status.pending > 0 ? [`${status.pending} waiting to be sent`] : [])].join(', ')
}

/** The ways to reach somebody: what is on, how it goes, how to turn on what is off, and a test. */
export function ChannelList() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const channels = useQuery(trpc.notification.channels.queryOptions(undefined, { refetchInterval: POLL_MS }))
  const test = useMutation(
    trpc.notification.test.mutationOptions({
      onSuccess: ({ results }) => {
        for (const { channel, ok, detail } of results) {
          if (ok) toast.success(`${NAMES[channel]}: test sent`, { description: detail })
          else toast.error(`${NAMES[channel]}: the test failed`, { description: detail })
        }
        void queries.invalidateQueries(trpc.notification.pathFilter())
      },
      onError: (error) => toastProblem('Could not send a test', error),
    }),
  )
  const list = channels.data ?? []
  return (
    <div className="border-line border-b">
      <ul>
        {list.map((status) => (
          <StateLine key={status.channel} state={stateOf(status)} name={NAMES[status.channel]}>
            {described(status, now)}
          </StateLine>
        ))}
      </ul>
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-1 pb-3">
        <p className="text-ink-faint text-xs">A test goes to every one that is on, whatever the switches say.</p>
        <Button disabled={test.isPending || !list.some((status) => status.configured)} onClick={() => test.mutate()}>
          <Bell aria-hidden />
          {test.isPending ? 'Sending…' : 'Send a test'}
        </Button>
      </div>
    </div>
  )
}
