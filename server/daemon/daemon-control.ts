import { StratavoreError } from '../core/errors'
import type { Broker } from '../core/ports/broker'
import type { DaemonStatus } from '../core/ports/daemon-link'
import type { ControlHandlers } from '../gateways/control/control-gateway'
import type { DaemonMetrics } from '../metrics/daemon-metrics'
import type { Leading } from './lead'
import type { Leadership } from './leadership'

export interface DaemonControlParts {
  startedAt: Date
  metrics: DaemonMetrics
  /** Null while this daemon is a standby. */
  leading(): Leading | null
  leadership(): Leadership
  /** As configured. */
  brokerKind: Broker['kind']
}

/** A standby has no connection to any broker, whatever is configured. */
function brokerState({ leading, brokerKind, startedAt }: DaemonControlParts): DaemonStatus['broker'] {
  const broker = leading()?.broker
  if (!broker) return { kind: brokerKind, state: 'closed', since: startedAt.toISOString(), error: null }
  const { state, since, error } = broker.status()
  return { kind: broker.kind, state, since: since.toISOString(), error }
}

/** What web may ask of this daemon. A standby tells its state and its metrics, and refuses the rest. */
export function createDaemonControl(parts: DaemonControlParts): ControlHandlers {
  const { metrics } = parts
  const working = (): Leading['control'] => {
    const leading = parts.leading()
    if (leading) return leading.control
    const leader = parts.leadership().lease()
    throw new StratavoreError('unavailable', 'This daemon is a standby.', {
      hint: leader ? `The daemon with pid ${leader.pid} on ${leader.hostname} leads.` : 'It is about to start.',
    })
  }
  return {
    status: async () => ({
      pid: process.pid,
      startedAt: parts.startedAt.toISOString(),
      memoryBytes: process.memoryUsage.rss(),
      uptimeSeconds: process.uptime(),
      role: parts.leadership().state(),
      agentsConnected: parts.leading()?.agentsConnected() ?? 0,
      heartbeatLatencyP50Ms: await metrics.heartbeats.quantileMs(0.5),
      heartbeatLatencyP99Ms: await metrics.heartbeats.quantileMs(0.99),
      broker: brokerState(parts),
    }),
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.render() }),
    reconcile: async (input) => working().reconcile(input),
    screen: async (input) => working().screen(input),
    thumbnails: async (input) => working().thumbnails(input),
    send: async (input) => working().send(input),
    logs: async (input) => working().logs(input),
    judgePath: async (input) => working().judgePath(input),
    checkSession: async (input) => working().checkSession(input),
    readTranscript: async (input) => working().readTranscript(input),
    searchTranscript: async (input) => working().searchTranscript(input),
    recordingInfo: async (input) => working().recordingInfo(input),
    readRecording: async (input) => working().readRecording(input),
    searchRecording: async (input) => working().searchRecording(input),
  }
}
