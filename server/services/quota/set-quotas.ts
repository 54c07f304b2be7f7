import type { z } from 'zod'
import type { Quota, QuotaKind, quotaSetInput } from '@/contracts/quota/quota'
import { type Tx, withTransaction } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { wakeBudgets } from '../budget/tell-crossed'
import { writeBudget } from '../budget/write-budget'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { quotasOf } from './list-quotas'

type Input = Omit<z.output<typeof quotaSetInput>, 'timeZoneIfNew'> & { timeZoneIfNew?: string }

/**
 * Sets or, with null, takes away quotas of a project. What is above a lowered one goes on, but nothing new begins; see
 * docs/budgets.md for memory. Returns all quotas of the project. Throws `not_found`.
 */
export async function setQuotas(ctx: ServiceContext, input: Input): Promise<Quota[]> {
  const wishes: [QuotaKind, number | null | undefined][] = [
    ['concurrent_runners', input.runners],
    ['memory_bytes', input.memoryBytes],
    ['cpu_percent', input.cpuPercent],
    ['tokens_per_day', input.tokensPerDay],
  ]
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(ctx, tx, input.project)
    const before = new Map((await quotasOf(ctx, tx, project)).map(({ kind, limit }) => [kind, limit]))
    const subject = { type: 'project', id: project.id }
    const events: NewEvent[] = []
    const changes: Record<string, unknown>[] = []
    for (const [kind, limit] of wishes) {
      if (limit === undefined) continue
      const id = await write(tx, project.id, kind, limit)
      if (kind === 'tokens_per_day') events.push(...(await keepBudget(ctx, tx, project.id, id, limit, input)))
      const data = { kind, before: before.get(kind) ?? null, after: limit }
      changes.push(data)
      events.push({ type: 'quota.updated', subject, project: project.name, data })
    }
    const quotas = await quotasOf(ctx, tx, project)
    await recordChange(ctx, tx, { action: 'quota.set', target: subject, data: { changes } }, events)
    return quotas
  })
}

/** Returns the id of the quota; null when there was none to take away. */
async function write(tx: Tx, projectId: string, kind: QuotaKind, limit: number | null): Promise<string | null> {
  const where = { projectId_kind: { projectId, kind } }
  if (limit !== null) {
    const values = { limit: BigInt(limit) }
    return (await tx.quota.upsert({ where, create: { projectId, kind, ...values }, update: values })).id
  }
  const known = await tx.quota.findUnique({ where })
  if (known) await tx.quota.delete({ where })
  return known?.id ?? null
}

/** A quota of tokens is a daily budget that denies tools, under the quota's own id: counted and enforced as all are. */
async function keepBudget(
  ctx: ServiceContext,
  tx: Tx,
  projectId: string,
  id: string | null,
  limit: number | null,
  { timeZone, timeZoneIfNew = 'UTC' }: Pick<Input, 'timeZone' | 'timeZoneIfNew'>,
): Promise<NewEvent[]> {
  if (id === null) return []
  if (limit === null) {
    await tx.budget.deleteMany({ where: { id } })
    await wakeBudgets(tx)
    return []
  }
  const kind = { period: 'daily', unit: 'tokens', policy: 'deny-tools', enabled: true } as const
  const { events } = await writeBudget(
    ctx,
    tx,
    { ...kind, projectId, runnerId: null, limit, timeZone, timeZoneIfNew },
    id,
  )
  return events
}
