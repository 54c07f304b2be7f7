import type { z } from 'zod'
import type { Event, eventListInput } from '@/contracts/event/event'
import { type AccessContext, visibleProjects } from '../../core/access/access'
import { rightsInInstallation } from '../../core/access/rights'
import type { Prisma } from '../../db/generated/client'
import type { ServiceContext } from '../service-context'
import { eventToApi } from './event-to-api'

/** An event, and whose it is to see. */
export interface PlacedEvent {
  event: Event
  /** Null for what belongs to no project. */
  projectId: string | null
}

/** What happens to nodes is everybody's to see: they are named with every runner. */
const OPEN_SUBJECT = 'node'

/** Whether an event is theirs to see. What belongs to no project is for those who run the installation. */
export function seesEvent(ctx: AccessContext, { projectId, event }: PlacedEvent): boolean {
  if (projectId === null) return event.subject.type === OPEN_SUBJECT || runsInstallation(ctx)
  return visibleProjects(ctx)?.includes(projectId) ?? true
}

const runsInstallation = ({ access: { standing } }: AccessContext): boolean =>
  rightsInInstallation({ ...standing, scopes: null }).has('admin')

/** The same as a condition of the database. */
function whereSeen(ctx: AccessContext): Prisma.OutboxEventWhereInput {
  const projects = visibleProjects(ctx)
  if (runsInstallation(ctx)) return {}
  const inProjects = projects === null ? { not: null } : { in: projects }
  return { OR: [{ projectId: inProjects }, { projectId: null, aggregateType: OPEN_SUBJECT }] }
}

/** Events they see, newest first. */
export async function listEvents(
  ctx: Pick<ServiceContext, 'db' | 'access'>,
  input: z.output<typeof eventListInput>,
): Promise<Event[]> {
  const where: Prisma.OutboxEventWhereInput = {
    type: input.types && { in: input.types },
    aggregateId: input.subjectId,
    // By its name of then: a project that is gone has a past too.
    project: input.project,
    AND: whereSeen(ctx),
    seq: input.beforeSeq === undefined ? undefined : { lt: input.beforeSeq },
  }
  const rows = await ctx.db.prisma.outboxEvent.findMany({ where, orderBy: { seq: 'desc' }, take: input.limit })
  return rows.map(eventToApi)
}

/** The next events after `seq`, oldest first. Commit order is seq order, so none can appear before one returned. */
export async function readEventsAfter(
  ctx: Pick<ServiceContext, 'db'>,
  seq: number,
  limit: number,
): Promise<PlacedEvent[]> {
  const rows = await ctx.db.prisma.outboxEvent.findMany({
    where: { seq: { gt: seq } },
    orderBy: { seq: 'asc' },
    take: limit,
  })
  return rows.map((row) => ({ event: eventToApi(row), projectId: row.projectId }))
}

/** The newest event's seq; 0 when there is none. */
export async function lastEventSeq(ctx: Pick<ServiceContext, 'db'>): Promise<number> {
  const newest = await ctx.db.prisma.outboxEvent.aggregate({ _max: { seq: true } })
  return Number(newest._max.seq ?? 0)
}
