import { randomUUID } from 'node:crypto'
import type { BudgetSetInput } from '@/contracts/budget/budget'
import type { Tx } from '../../db/database'
import type { Prisma } from '../../db/generated/client'
import { lockKey } from '../../db/locks'
import type { NewEvent } from '../../outbox/append'
import { readInstallationId } from '../installation/read-installation-id'
import type { ServiceContext } from '../service-context'
import { BUDGETS_LOCK, type BudgetRow, budgetFacts, budgetInclude, budgetSubject, projectNameOf } from './budget-row'
import { recountSpend } from './recount-spend'
import { tellCrossed, wakeBudgets } from './tell-crossed'

export interface BudgetChange {
  row: BudgetRow
  subject: { type: string; id: string }
  /** For the audit log. */
  data: Record<string, unknown>
  events: NewEvent[]
}

type Values = Pick<
  BudgetSetInput,
  'period' | 'unit' | 'limit' | 'policy' | 'timeZone' | 'timeZoneIfNew' | 'enabled'
> & {
  projectId: string | null
  runnerId: string | null
}

/** The budget of this scope, period and unit that is not the one behind a quota. */
async function sameKind(
  tx: Tx,
  projectId: string | null,
  runnerId: string | null,
  { period, unit }: Pick<Values, 'period' | 'unit'>,
): Promise<Prisma.BudgetWhereInput> {
  const quotas = await tx.quota.findMany({ where: { projectId, kind: 'tokens_per_day' }, select: { id: true } })
  return { projectId, runnerId, period, unit, id: { notIn: quotas.map((quota) => quota.id) } }
}

/**
 * Makes a budget, or changes what is given of the one with this `id`, else of the one of the same scope, period and unit,
 * and counts what it has spent so far. Returns what to record.
 */
export async function writeBudget(
  ctx: Pick<ServiceContext, 'clock'>,
  tx: Tx,
  { projectId, runnerId, timeZoneIfNew, ...values }: Values,
  id?: string,
): Promise<BudgetChange> {
  // Who counts waits until this is in the table, and what they have counted already is in the ledger.
  await lockKey(tx, BUDGETS_LOCK)
  const policy = values.policy === 'deny-tools' ? 'deny_tools' : values.policy
  const before = await tx.budget.findFirst({
    where: id === undefined ? await sameKind(tx, projectId, runnerId, values) : { id },
    include: budgetInclude,
  })
  const row = before
    ? await tx.budget.update({ where: { id: before.id }, data: { ...values, policy }, include: budgetInclude })
    : await tx.budget.create({
        data: {
          id: id ?? randomUUID(),
          projectId,
          runnerId,
          ...values,
          policy,
          timeZone: values.timeZone ?? timeZoneIfNew,
          createdAt: ctx.clock.now(),
        },
        include: budgetInclude,
      })
  const now = ctx.clock.now()
  const spend = await recountSpend(tx, row, now)
  await wakeBudgets(tx)
  const subject = budgetSubject(row, await readInstallationId({ db: { prisma: tx } }))
  const facts = { ...budgetFacts(row), enabled: row.enabled }
  const crossed = row.enabled ? await tellCrossed(tx, row, spend, now) : null
  return {
    row,
    subject,
    data: { before: before && { ...budgetFacts(before), enabled: before.enabled }, after: facts },
    events: [
      { type: 'budget.updated', subject, project: projectNameOf(row), data: facts },
      ...(crossed === null ? [] : [crossed]),
    ],
  }
}
