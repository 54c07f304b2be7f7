import type { TelemetryReport } from '@/contracts/agent-protocol/transcript'
import { notFound } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { storable } from '../../db/storable-json'
import { placeSessions } from './place-sessions'
import { recordUsage } from './record-usage'
import type { UsageContext } from './usage-context'
import { lockLedger, type TellingRunner } from './write-usage'

/**
 * Takes what programs told by telemetry: requests that are in no transcript, and what is known better of others. Taken
 * twice it changes nothing. What a runner says of another project's session, or of one that another live runner has open,
 * is left out: returns the ids of those sessions. Throws `not_found` for a runner that is not on this node.
 */
export async function ingestTelemetry(
  ctx: UsageContext,
  nodeId: string,
  report: TelemetryReport,
): Promise<{ foreign: readonly string[] }> {
  const { provider, cwd, records, runnerId } = storable(report)
  let foreign: readonly string[] = []
  await withTransaction(ctx.db, async (tx) => {
    await lockLedger(tx)
    const runner = runnerId === null ? undefined : await tellingRunner(tx, nodeId, runnerId)
    const times = records.map(({ at }) => at)
    await placeSessions(tx, {
      nodeId,
      provider,
      providerSessionIds: [...new Set(records.map(({ providerSessionId }) => providerSessionId))],
      cwd,
      // Where it works its program chooses too.
      projectId: runner?.projectId,
      startedAt: new Date(Math.min(...times)),
      lastActivityAt: new Date(Math.max(...times)),
    })
    const onForeign = (sessionIds: readonly string[]) => {
      foreign = sessionIds
    }
    const finish = await recordUsage(ctx, tx, { nodeId, provider, teller: 'telemetry', records, runner, onForeign })
    await finish()
  })
  return { foreign }
}

async function tellingRunner(tx: Tx, nodeId: string, id: string): Promise<TellingRunner> {
  const runner = await tx.runner.findUnique({ where: { id, nodeId }, select: { id: true, projectId: true } })
  if (!runner) throw notFound('runner', id)
  return runner
}
