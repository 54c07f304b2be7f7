import { freemem, loadavg } from 'node:os'
import { HEARTBEAT_INTERVAL_MS, type Heartbeat, type RunnerVitals } from '@/contracts/agent-protocol/messages'
import type { ProviderProbe } from '@/contracts/provider/provider'
import type { DaemonSocket } from './commands'

/** After a start the dashboard gets the first numbers this soon. */
const SOON_MS = 1_000

export interface HeartbeatSource {
  instanceId: string
  /** Vitals of every live runner. Rejects when they cannot be measured now. */
  vitals(): Promise<RunnerVitals[]>
  providers(): Promise<ProviderProbe[]>
  /** Why recordings cannot be written. */
  refusedRecording(): string | null
  onProblem(message: string, detail: unknown): void
}

export interface Heartbeats {
  attach(socket: DaemonSocket): void
  detach(): void
  /** One beat within a second, however often it is asked for. */
  soon(): void
}

/** Beats while a connection is attached: at once, then every interval. */
export function createHeartbeats(source: HeartbeatSource): Heartbeats {
  let socket: DaemonSocket | null = null
  let interval: NodeJS.Timeout | null = null
  let soonTimer: NodeJS.Timeout | null = null
  let seq = 0
  let beating = false

  async function beat(): Promise<void> {
    if (socket === null || beating) return
    beating = true
    try {
      const [runners, providers] = await Promise.all([source.vitals(), source.providers()])
      seq += 1
      const message: Heartbeat = {
        instanceId: source.instanceId,
        seq,
        loadAverage: loadavg()[0] ?? 0,
        freeMemoryBytes: freemem(),
        providers,
        runners,
        refusedRecording: source.refusedRecording(),
      }
      socket?.emit('heartbeat', message)
    } catch (error) {
      source.onProblem('a heartbeat could not be made', error)
    } finally {
      beating = false
    }
  }

  const detach = (): void => {
    socket = null
    if (interval !== null) clearInterval(interval)
    if (soonTimer !== null) clearTimeout(soonTimer)
    interval = null
    soonTimer = null
  }

  return {
    attach(joined) {
      detach()
      socket = joined
      interval = setInterval(() => void beat(), HEARTBEAT_INTERVAL_MS)
      void beat()
    },
    detach,
    soon() {
      if (socket === null) return
      soonTimer ??= setTimeout(() => {
        soonTimer = null
        void beat()
      }, SOON_MS)
    },
  }
}
