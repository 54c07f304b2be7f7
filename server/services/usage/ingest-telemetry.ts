import type { TelemetryReport } from '@/contracts/agent-protocol/transcript'
import { withTransaction } from '../../db/database'
import { storable } from '../../db/storable-json'
import { placeSessions } from './place-sessions'
import { recordUsage } from './record-usage'
import type { UsageContext } from './usage-context'
import { lockLedger } from './write-usage'

/**
 * Takes what programs told by telemetry: requests that are in no transcript, and what is known better of others. Taken
 * twice it changes nothing.
 */
export async function ingestTelemetry(ctx: UsageContext, nodeId: string, report: TelemetryReport): Promise<void> {
  const { provider, cwd, records } = storable(report)
  await withTransaction(ctx.db, async (tx) => {
    await lockLedger(tx)
    const times = records.map(({ at }) => at)
    await placeSessions(tx, {
      nodeId,
      provider,
      providerSessionIds: [...new Set(records.map(({ providerSessionId }) => providerSessionId))],
      cwd,
      startedAt: new Date(Math.min(...times)),
      lastActivityAt: new Date(Math.max(...times)),
    })
    const finish = await recordUsage(ctx, tx, { nodeId, provider, teller: 'telemetry', records })
    await finish()
  })
}
