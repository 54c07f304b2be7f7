import type { LoopbackServer } from '../loopback/loopback-server'
import { usageOfLogs } from './otlp'
import type { TelemetryQueue } from './telemetry-queue'

/** Takes the telemetry of runners' programs. */
export function serveTelemetry(loopback: Pick<LoopbackServer, 'post'>, queue: TelemetryQueue): void {
  loopback.post('/otlp/v1/logs', async (_life, body) => {
    const records = usageOfLogs(body)
    if (records.length > 0) await queue.add('claude', records)
  })
  // Programs that can tell events tell sums as well: sums have no request's id, so they could only be added twice.
  loopback.post('/otlp/v1/metrics', () => undefined)
}
