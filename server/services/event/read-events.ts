import type { z } from 'zod'
import type { Event, eventListInput } from '@/contracts/event/event'
import type { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { eventToApi } from './event-to-api'

/** Events, newest first. */
export async function listEvents(
  ctx: Pick<ServiceContext, 'db'>,
  input: z.output<typeof eventListInput>,
): Promise<Event[]> {
  const where: Prisma.OutboxEventWhereInput = {
    type: input.types && { in: input.types },
    aggregateId: input.subjectId,
    project: input.project,
    seq: input.beforeSeq === undefined ? undefined : { lt: input.beforeSeq },
  }
  const rows = await ctx.db.prisma.outboxEvent.findMany({ where, orderBy: { seq: 'desc' }, take: input.limit })
  return rows.map(eventToApi)
}

/** The next events after `seq`, oldest first. Commit order is seq order, so none can appear before one returned. */
export async function readEventsAfter(ctx: Pick<ServiceContext, 'db'>, seq: number, limit: number): Promise<Event[]> {
  const rows = await ctx.db.prisma.outboxEvent.findMany({
    where: { seq: { gt: seq } },
    orderBy: { seq: 'asc' },
    take: limit,
  })
  return rows.map(eventToApi)
}

/** The newest event's seq; 0 when there is none. */
export async function lastEventSeq(ctx: Pick<ServiceContext, 'db'>): Promise<number> {
  const newest = await ctx.db.prisma.outboxEvent.aggregate({ _max: { seq: true } })
  return Number(newest._max.seq ?? 0)
}
