import { randomUUID } from 'node:crypto'
import { withTransaction } from '@/server/db/database'
import { Prisma } from '@/server/db/generated/client'
import { recordChange } from '@/server/services/audit/record-change'
import { countSpend, type UsageDelta } from '@/server/services/budget/count-spend'
import type { ServiceTest } from './service-test'

export type Use = Partial<Omit<UsageDelta, 'costUsd'>> & { tokens: number; costUsd?: number | null }

/** Writes requests into the ledger and counts them in one transaction, as ingesting a transcript does. */
export async function spendTokens(test: ServiceTest, ...uses: Use[]): Promise<void> {
  const deltas = uses.map(
    (use): UsageDelta => ({
      projectId: null,
      runnerId: null,
      at: test.clock.now,
      ...use,
      costUsd: use.costUsd == null ? null : new Prisma.Decimal(use.costUsd),
    }),
  )
  await withTransaction(test.ctx.db, async (tx) => {
    const node = await tx.node.findFirstOrThrow()
    const session = await tx.session.create({
      data: { provider: 'claude', providerSessionId: randomUUID(), cwd: '/' },
    })
    await tx.usageEntry.createMany({
      data: deltas.map(({ tokens, ...delta }) => ({
        ...delta,
        provider: 'claude' as const,
        requestKey: randomUUID(),
        sessionId: session.id,
        nodeId: node.id,
        model: 'model',
        inputTokens: tokens,
        outputTokens: 0,
        cacheReadTokens: 0,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
        source: 'transcript' as const,
        recordedAt: test.clock.now,
      })),
    })
    const events = await countSpend(test.ctx, tx, deltas)
    if (events.length > 0) await recordChange(test.ctx, tx, null, events)
  })
}
