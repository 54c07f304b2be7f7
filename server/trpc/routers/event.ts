import { tracked } from '@trpc/server'
import { z } from 'zod'
import {
  deadEventListInput,
  deadEventPage,
  type Event,
  event,
  eventListInput,
  eventStreamInput,
  retryDeadInput,
  retryDeadResult,
} from '@/contracts/event/event'
import type { LiveOpening } from '@/contracts/event/live'
import { seesProject } from '../../core/access/rights'
import { listDeadEvents } from '../../services/event/list-dead-events'
import { listEvents, seesEvent } from '../../services/event/read-events'
import { retryDeadEvents } from '../../services/event/retry-dead-events'
import { streamEvents } from '../event-feed'
import { mergeStreams } from '../merge-streams'
import { procedure, router } from '../trpc'

const isWanted = (input: z.output<typeof eventStreamInput>, { type, subject }: Event): boolean =>
  (input.types === undefined || input.types.includes(type)) &&
  (input.subjectId === undefined || input.subjectId === subject.id)

export const eventRouter = router({
  /** Newest first. */
  list: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'event' } })
    .input(eventListInput)
    .output(z.array(event))
    .query(({ ctx, input }) => listEvents(ctx.services, input)),
  /** Every event after `lastEventId`, then each as it is committed. The tracked id is the event's seq. */
  stream: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'event' } })
    .input(eventStreamInput)
    .subscription(async function* ({ ctx, input, signal }) {
      const from = input.lastEventId ? Number(input.lastEventId) : await ctx.events.lastSeq()
      for await (const next of streamEvents(ctx.events, from, signal ?? new AbortController().signal)) {
        const { event } = next
        if (seesEvent(ctx.services, next) && isWanted(input, event)) yield tracked(String(event.seq), event)
      }
    }),
  /**
   * `stream`, and between the events what changes too often to be one: for a page that is open. It begins by saying where,
   * as the transport calls itself connected before that is known. A plain yield has no id, so a stream that is resumed goes
   * on after the last event.
   */
  live: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'event' } })
    .input(eventStreamInput)
    .subscription(async function* ({ ctx, input, signal }) {
      const from = input.lastEventId ? Number(input.lastEventId) : await ctx.events.lastSeq()
      const until = signal ?? new AbortController().signal
      const opening: LiveOpening = { after: from }
      yield tracked(String(from), opening)
      for await (const next of mergeStreams(streamEvents(ctx.events, from, until), ctx.details.follow(until))) {
        if ('event' in next) {
          const { event } = next
          if (seesEvent(ctx.services, next) && isWanted(input, event)) yield tracked(String(event.seq), event)
        } else if (
          seesProject(ctx.services.access.standing, next.projectId) &&
          (input.subjectId === undefined || input.subjectId === next.detail.runnerId)
        )
          yield next.detail
      }
    }),
  /** Those that could not be delivered and are parked, newest first. */
  dead: procedure({ may: 'admin', of: 'installation', reads: { sensitive: 'event' } })
    .input(deadEventListInput)
    .output(deadEventPage)
    .query(({ ctx, input }) => listDeadEvents(ctx.services, input)),
  /** Sends parked events again: those named, or all. */
  retryDead: procedure({ may: 'admin', of: 'installation' })
    .input(retryDeadInput)
    .output(retryDeadResult)
    .mutation(({ ctx, input }) => retryDeadEvents(ctx.services, input)),
})
