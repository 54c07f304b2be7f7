import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import type { BudgetRow } from './budget-row'

/** What the ledger has of a budget's scope in a span of time, and how many of its requests have no price. */
export async function readLedger(
  tx: Pick<Tx, '$queryRaw'>,
  budget: Pick<BudgetRow, 'projectId' | 'runnerId' | 'unit'>,
  span: { start: Date; end: Date },
): Promise<{ spent: Prisma.Decimal; unpriced: number }> {
  const [row] = await tx.$queryRaw<{ tokens: Prisma.Decimal; cost: Prisma.Decimal; unpriced: number }[]>`
    SELECT COALESCE(sum(input_tokens + output_tokens + cache_read_tokens + cache_write_5m_tokens
                        + cache_write_1h_tokens), 0) AS tokens,
           COALESCE(sum(cost_usd), 0) AS cost, (count(*) FILTER (WHERE cost_usd IS NULL))::int AS unpriced
      FROM usage_entries
     WHERE at >= ${span.start} AND at < ${span.end}
       AND (${budget.projectId}::uuid IS NULL OR project_id = ${budget.projectId}::uuid)
       AND (${budget.runnerId}::uuid IS NULL OR runner_id = ${budget.runnerId}::uuid)`
  const nothing = new Prisma.Decimal(0)
  if (budget.unit === 'tokens') return { spent: row?.tokens ?? nothing, unpriced: 0 }
  return { spent: row?.cost ?? nothing, unpriced: row?.unpriced ?? 0 }
}
