import type { Tx } from '../../db/database'
import { type BudgetSpend, Prisma } from '../../db/generated/client'
import { shareKey } from '../../db/locks'
import type { NewEvent } from '../../outbox/append'
import type { ServiceContext } from '../service-context'
import { BUDGETS_LOCK, type BudgetRow, budgetInclude } from './budget-row'
import { periodOf } from './period'
import { tellCrossed } from './tell-crossed'

/** What the ledger has new: one request, or what is now known better of one. */
export interface UsageDelta {
  projectId: string | null
  runnerId: string | null
  /** When it was used: says the period it counts in. */
  at: Date
  /** All tokens; negative when less was used than told before. */
  tokens: number
  /** Null where the price table does not know the model. */
  costUsd: Prisma.Decimal | null
  /** It is known only now whose it is: all but the budgets of this scope have counted it. */
  only?: 'runner' | 'project'
}

interface Sum {
  budgetId: string
  start: Date
  end: Date
  amount: Prisma.Decimal
  unpriced: number
}

/**
 * Counts what was used against every enabled budget it concerns, in the ledger's own transaction: what is in the ledger
 * is counted, exactly once. Returns the events to append with the change; none when nothing was crossed. Transactions
 * that count at once wait for each other's rows, so each share is crossed by one of them.
 */
export async function countSpend(
  ctx: Pick<ServiceContext, 'clock'>,
  tx: Tx,
  deltas: readonly UsageDelta[],
): Promise<NewEvent[]> {
  if (deltas.length === 0) return []
  // A budget that is being made counts from the ledger: it must see what is in it, or we must see the budget.
  await shareKey(tx, BUDGETS_LOCK)
  const budgets = await concerned(tx, deltas)
  const sums = budgets.flatMap((budget) => sumUp(budget, deltas))
  if (sums.length === 0) return []
  const byId = new Map(budgets.map((budget) => [budget.id, budget]))
  const now = ctx.clock.now()
  const events: NewEvent[] = []
  for (const spend of await add(tx, sums)) {
    const budget = byId.get(spend.budgetId)
    const event = budget && (await tellCrossed(tx, budget, spend, now))
    if (event) events.push(event)
  }
  return events
}

async function concerned(tx: Tx, deltas: readonly UsageDelta[]): Promise<BudgetRow[]> {
  const projectIds = [...new Set(deltas.flatMap(({ projectId }) => projectId ?? []))]
  const runnerIds = [...new Set(deltas.flatMap(({ runnerId }) => runnerId ?? []))]
  return tx.budget.findMany({
    where: {
      enabled: true,
      OR: [{ projectId: null, runnerId: null }, { projectId: { in: projectIds } }, { runnerId: { in: runnerIds } }],
    },
    include: budgetInclude,
  })
}

/** Whether what was used counts against a budget. */
function concerns(budget: BudgetRow, { only, runnerId, projectId }: UsageDelta): boolean {
  if (budget.runnerId !== null) return only !== 'project' && budget.runnerId === runnerId
  if (budget.projectId !== null) return only !== 'runner' && budget.projectId === projectId
  return only === undefined
}

/** What a budget gets of each of its periods. Of those that ended before it was made it knows nothing. Pure. */
function sumUp(budget: BudgetRow, deltas: readonly UsageDelta[]): Sum[] {
  const sums = new Map<number, Sum>()
  for (const delta of deltas) {
    if (!concerns(budget, delta)) continue
    const { start, end } = periodOf(budget.period, delta.at, budget.timeZone)
    if (end <= budget.createdAt) continue
    const sum = sums.get(start.getTime()) ?? {
      budgetId: budget.id,
      start,
      end,
      amount: new Prisma.Decimal(0),
      unpriced: 0,
    }
    const amount = budget.unit === 'tokens' ? delta.tokens : delta.costUsd
    // Told again without more of it, a request is still one.
    if (amount === null) sum.unpriced += delta.tokens === 0 ? 0 : 1
    else sum.amount = sum.amount.plus(amount)
    sums.set(start.getTime(), sum)
  }
  return [...sums.values()]
}

/** Adds all with one statement, in the order of the key so that two that do this never wait for each other in a ring. */
async function add(tx: Tx, sums: readonly Sum[]): Promise<BudgetSpend[]> {
  const column = <T>(of: (sum: Sum) => T): T[] => sums.map(of)
  return tx.$queryRaw<BudgetSpend[]>`
    INSERT INTO budget_spends AS s (budget_id, period_start, period_end, spent, unpriced)
    SELECT d.id::uuid, d.starts, d.ends, d.amount::numeric, d.unpriced
      FROM unnest(${column((sum) => sum.budgetId)}::text[], ${column((sum) => sum.start)}::timestamptz[],
                  ${column((sum) => sum.end)}::timestamptz[], ${column((sum) => sum.amount.toFixed())}::text[],
                  ${column((sum) => sum.unpriced)}::int[]) AS d (id, starts, ends, amount, unpriced)
     ORDER BY d.id, d.starts
    ON CONFLICT (budget_id, period_start) DO UPDATE
       SET spent = s.spent + excluded.spent, unpriced = s.unpriced + excluded.unpriced
    RETURNING s.budget_id AS "budgetId", s.period_start AS "periodStart", s.period_end AS "periodEnd", s.spent,
              s.raised_by AS "raisedBy", s.unpriced, s.warned_75_at AS "warned75At", s.warned_90_at AS "warned90At",
              s.exceeded_at AS "exceededAt"`
}
