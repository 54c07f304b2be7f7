import type { z } from 'zod'
import type { deadEventListInput, deadEventPage } from '@/contracts/event/event'
import type { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { eventToApi } from './event-to-api'

/** Events that are parked because they could not be delivered, newest first, and how many there are in all. */
export async function listDeadEvents(
  ctx: Pick<ServiceContext, 'db'>,
  input: z.output<typeof deadEventListInput>,
): Promise<z.infer<typeof deadEventPage>> {
  const { outboxEvent } = ctx.db.prisma
  const dead: Prisma.OutboxEventWhereInput = { deadAt: { not: null } }
  const where = input.beforeSeq === undefined ? dead : { ...dead, seq: { lt: input.beforeSeq } }
  const [total, rows] = await Promise.all([
    outboxEvent.count({ where: dead }),
    outboxEvent.findMany({ where, orderBy: { seq: 'desc' }, take: input.limit }),
  ])
  const events = rows.flatMap((row) =>
    row.deadAt === null
      ? []
      : [
          {
            ...eventToApi(row),
            routingKey: row.routingKey,
            attempts: row.attempts,
            lastError: row.lastError ?? '',
            deadAt: row.deadAt.toISOString(),
          },
        ],
  )
  return { total, events }
}
