import { tracked } from '@trpc/server'
import { z } from 'zod'
import {
  deadEventListInput,
  deadEventPage,
  event,
  eventListInput,
  eventStreamInput,
  retryDeadInput,
  retryDeadResult,
} from '@/contracts/event/event'
import { listDeadEvents } from '../../services/event/list-dead-events'
import { listEvents } from '../../services/event/read-events'
import { retryDeadEvents } from '../../services/event/retry-dead-events'
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
  /** Those that could not be delivered and are parked, newest first. */
  dead: procedure
    .input(deadEventListInput)
    .output(deadEventPage)
    .query(({ ctx, input }) => listDeadEvents(ctx.services, input)),
  /** Sends parked events again: those named, or all. */
  retryDead: procedure
    .input(retryDeadInput)
    .output(retryDeadResult)
    .mutation(({ ctx, input }) => retryDeadEvents(ctx.services, input)),
})
