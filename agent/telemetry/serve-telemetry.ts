import { z } from 'zod'
import { MAX_BATCH_RECORDS, usageRecord } from '@/contracts/agent-protocol/transcript'
import type { LoopbackServer } from '../loopback/loopback-server'
import { usageOfLogs } from './otlp'
import type { TelemetryQueue } from './telemetry-queue'

/** What our plugin in opencode tells. */
const pluginUsage = z.object({
  cwd: z.string().max(4096),
  records: z.array(usageRecord).min(1).max(MAX_BATCH_RECORDS),
})

/** Takes the telemetry of runners' programs, each with whose secret it came: what it says of a session is judged by that. */
export function serveTelemetry(loopback: Pick<LoopbackServer, 'post'>, queue: TelemetryQueue): void {
  loopback.post('/otlp/v1/logs', async (life, body) => {
    // One that cannot be would have its whole batch refused.
    const records = usageOfLogs(body).filter((record) => usageRecord.safeParse(record).success)
    if (records.length > 0) await queue.add(life.runnerId, 'claude', records)
  })
  loopback.post('/opencode/usage', (life, body) => {
    const { cwd, records } = pluginUsage.parse(body)
    return queue.add(life.runnerId, 'opencode', records, cwd)
  })
  // Programs that can tell events tell sums as well: sums have no request's id, so they could only be added twice.
  loopback.post('/otlp/v1/metrics', () => undefined)
}
