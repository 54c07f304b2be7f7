import { totalTokens } from '@/contracts/usage/tokens'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import type { UsageChange } from './write-usage'

interface Sum {
  tokens: number
  usd: Prisma.Decimal
}

function sumBy(changes: readonly UsageChange[], of: (change: UsageChange) => { id: string | null } & Sum) {
  const sums = new Map<string, Sum>()
  for (const change of changes) {
    const { id, tokens, usd } = of(change)
    if (id === null) continue
    const sum = sums.get(id) ?? { tokens: 0, usd: new Prisma.Decimal(0) }
    sums.set(id, { tokens: sum.tokens + tokens, usd: sum.usd.add(usd) })
  }
  // Rows are locked in one order by all who add to several.
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ids: sorted.map(([id]) => id),
    tokens: sorted.map(([, { tokens }]) => tokens),
    usd: sorted.map(([, { usd }]) => usd.toFixed()),
  }
}

/** Adds to the totals of sessions and runners what their requests grew by. */
export async function addTotals(tx: Tx, changes: readonly UsageChange[]): Promise<void> {
  const sessions = sumBy(changes, ({ place, more, moreUsd }) => ({
    id: place.sessionId,
    tokens: totalTokens(more),
    usd: moreUsd,
  }))
  const runners = sumBy(changes, ({ place, usage, more, costUsd, moreUsd }) => {
    // One that became known as a runner's only now brings all of its tokens along.
    const isOld = place.before !== null && place.before.runnerId !== null
    const isAllNew = place.before !== null && !isOld
    return {
      id: place.runnerId,
      tokens: totalTokens(isAllNew ? usage.tokens : more),
      usd: isAllNew ? (costUsd ?? new Prisma.Decimal(0)) : moreUsd,
    }
  })
  await tx.$executeRaw`
    UPDATE runners SET tokens_used = tokens_used + d.tokens, cost_usd = cost_usd + d.usd
      FROM unnest(${runners.ids}::uuid[], ${runners.tokens}::bigint[], ${runners.usd}::numeric[]) AS d (id, tokens, usd)
     WHERE runners.id = d.id`
  await tx.$executeRaw`
    UPDATE sessions SET tokens_used = tokens_used + d.tokens, cost_usd = cost_usd + d.usd
      FROM unnest(${sessions.ids}::uuid[], ${sessions.tokens}::bigint[], ${sessions.usd}::numeric[]) AS d (id, tokens, usd)
     WHERE sessions.id = d.id`
}
