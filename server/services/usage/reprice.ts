import { type Tx, withTransaction } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { requireFence } from '../../outbox/require-fence'
import { recountMoney } from '../budget/recount-money'
import type { UsageContext } from './usage-context'
import { lockLedger } from './write-usage'

/** Requests priced in one transaction: the ledger waits for it. */
const BATCH = 1_000

/**
 * Prices the whole ledger anew where another table priced it, in batches; totals follow. Interrupted, the next start does
 * the rest. Returns how many requests have another cost than before.
 */
export async function repriceLedger(ctx: UsageContext, signal: AbortSignal): Promise<number> {
  const installation = await ctx.db.prisma.installation.findFirstOrThrow({ select: { id: true, pricesHash: true } })
  if (installation.pricesHash === ctx.prices.hash) return 0
  let changed = 0
  for (let after: bigint | null = 0n; after !== null; ) {
    if (signal.aborted) return changed
    const batch: { last: bigint | null; changed: number } = await repriceBatch(ctx, after)
    changed += batch.changed
    after = batch.last
  }
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await tx.installation.update({ where: { id: installation.id }, data: { pricesHash: ctx.prices.hash } })
    await recountMoney(ctx, tx)
  })
  return changed
}

function repriceBatch(ctx: UsageContext, after: bigint): Promise<{ last: bigint | null; changed: number }> {
  return withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await lockLedger(tx)
    const rows = await tx.usageEntry.findMany({ where: { id: { gt: after } }, orderBy: { id: 'asc' }, take: BATCH })
    const costs = rows.flatMap((row) => {
      const cost = ctx.prices.costOf(row.model, row.at, {
        input: Number(row.inputTokens),
        output: Number(row.outputTokens),
        cacheRead: Number(row.cacheReadTokens),
        cacheWrite5m: Number(row.cacheWrite5mTokens),
        cacheWrite1h: Number(row.cacheWrite1hTokens),
      })
      const isSame = cost === null ? row.costUsd === null : row.costUsd !== null && cost.eq(row.costUsd)
      return isSame ? [] : [{ id: row.id, cost: cost?.toFixed() ?? null }]
    })
    if (costs.length > 0) await writeCosts(tx, costs)
    return { last: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null), changed: costs.length }
  })
}

async function writeCosts(tx: Tx, costs: readonly { id: bigint; cost: string | null }[]): Promise<void> {
  const ids = costs.map(({ id }) => String(id))
  const priced = Prisma.sql`unnest(${ids}::bigint[], ${costs.map(({ cost }) => cost)}::numeric[]) AS n (id, cost)`
  const more = Prisma.sql`
    SELECT u.session_id, u.runner_id, COALESCE(n.cost, 0) - COALESCE(u.cost_usd, 0) AS usd
      FROM usage_entries u JOIN ${priced} ON n.id = u.id`
  await tx.$executeRaw`
    UPDATE runners SET cost_usd = cost_usd + d.usd
      FROM (SELECT runner_id AS id, sum(usd) AS usd FROM (${more}) AS m GROUP BY 1) AS d WHERE runners.id = d.id`
  await tx.$executeRaw`
    UPDATE sessions SET cost_usd = cost_usd + d.usd
      FROM (SELECT session_id AS id, sum(usd) AS usd FROM (${more}) AS m GROUP BY 1) AS d WHERE sessions.id = d.id`
  await tx.$executeRaw`UPDATE usage_entries u SET cost_usd = n.cost FROM ${priced} WHERE n.id = u.id`
}
