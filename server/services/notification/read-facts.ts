import type { EventEnvelope } from '@/contracts/event/envelope'
import { type EventType, eventType } from '@/contracts/event/event'
import { type ProviderId, providerId, providerProbe } from '@/contracts/provider/provider'
import type { Tx } from '../../db/database'
import { type Facts, isAboutRunner } from './decide-notification'
import type { RunnerFacts } from './runner-wishes'

/** Later events that are looked through for one that settles the matter. */
const LATER_LIMIT = 100
/** Open questions of one runner that are told; programs ask one after the other, sub-agents beside them. */
const MAX_APPROVALS = 20
/** Events whose meaning another event may have ended before they arrived. */
const SETTLED_LATER: ReadonlySet<EventType> = new Set<EventType>(['system.alert', 'system.stopped'])

/** Reads what an event lacks, in the transaction that decides on it. */
export async function readFacts(tx: Tx, event: EventEnvelope): Promise<Facts> {
  const [, subjectId = ''] = event.subject.split(/\/(.*)/s)
  const runner = isAboutRunner(event.type) ? await readRunner(tx, subjectId) : null
  const node = event.type.startsWith('node.')
    ? await tx.agent.findFirst({ where: { nodeId: subjectId, connected: true }, select: { id: true } })
    : null
  const provider = providerId.safeParse(event.data.provider)
  return {
    runner,
    system: {
      subjectId,
      project: event.project ?? null,
      providerName: provider.success ? await readProviderName(tx, provider.data) : '',
      nodeOnline: node !== null,
      endedUnsaid: event.type === 'system.started' && (await endedUnsaid(tx, event)),
      later: SETTLED_LATER.has(event.type) ? await readLater(tx, event, subjectId) : [],
    },
  }
}

async function readRunner(tx: Tx, id: string): Promise<RunnerFacts | null> {
  const row = await tx.runner.findUnique({
    where: { id },
    include: {
      project: true,
      node: true,
      approvals: {
        where: { state: { in: ['pending', 'answered'] } },
        orderBy: { requestedAt: 'asc' },
        take: MAX_APPROVALS,
        select: { id: true, kind: true, toolName: true, summary: true, toolInput: true, state: true },
      },
    },
  })
  if (!row) return null
  const { name, provider, status, activity, activitySince, epoch, startedAt, lastLines, approvals } = row
  return {
    ...{ id, name, provider, status, activity, activitySince, epoch, startedAt, lastLines, approvals },
    project: row.project.name,
    providerName: nameOf(row.node.providers, provider),
  }
}

/** A provider's name as the node's agent tells it, else its id. */
const nameOf = (probes: unknown, id: ProviderId): string =>
  providerProbe
    .array()
    .parse(probes)
    .find((probe) => probe.id === id)?.displayName ?? id

async function readProviderName(tx: Tx, id: ProviderId): Promise<string> {
  const node = await tx.node.findFirst({ where: { removedAt: null }, orderBy: { createdAt: 'asc' } })
  return nameOf(node?.providers ?? [], id)
}

/** Whether the last word of a daemon before this start was its own start. Asks the audit log: events are not kept. */
async function endedUnsaid(tx: Tx, event: EventEnvelope): Promise<boolean> {
  const before = await tx.auditEvent.findFirst({
    where: {
      targetType: 'daemon',
      action: { in: ['system.started', 'system.stopped'] },
      at: { lt: new Date(event.time) },
    },
    orderBy: { seq: 'desc' },
    select: { action: true },
  })
  return before?.action === 'system.started'
}

async function readLater(tx: Tx, event: EventEnvelope, subjectId: string): Promise<Facts['system']['later']> {
  const rows = await tx.outboxEvent.findMany({
    where: {
      seq: { gt: BigInt(event.sequence) },
      OR: [{ aggregateId: subjectId, type: event.type }, { type: 'system.started' }],
    },
    orderBy: { seq: 'asc' },
    take: LATER_LIMIT,
    select: { type: true, aggregateId: true, data: true },
  })
  return rows.map((row) => ({
    type: eventType.parse(row.type),
    subjectId: row.aggregateId,
    data: typeof row.data === 'object' && row.data !== null && !Array.isArray(row.data) ? row.data : {},
  }))
}
