import { tracked } from '@trpc/server'
import { z } from 'zod'
import { event, eventListInput, eventStreamInput } from '@/contracts/event/event'
import { listEvents } from '../../services/event/read-events'
import { streamEvents } from '../event-feed'
import { procedure, router } from '../trpc'

export const eventRouter = router({
  /** Newest first. */
  list: procedure
    .input(eventListInput)
    .output(z.array(event))
    .query(({ ctx, input }) => listEvents(ctx.services, input)),
  /** Every event after `lastEventId`, then each as it is committed. The tracked id is the event's seq. */
  stream: procedure.input(eventStreamInput).subscription(async function* ({ ctx, input, signal }) {
    const from = input.lastEventId ? Number(input.lastEventId) : await ctx.events.lastSeq()
    for await (const next of streamEvents(ctx.events, from, signal ?? new AbortController().signal)) {
      if (input.types && !input.types.includes(next.type)) continue
      if (input.subjectId !== undefined && next.subject.id !== input.subjectId) continue
      yield tracked(String(next.seq), next)
    }
  }),
})
