import type { RunnerLogs, RunnerScreen } from '@/contracts/runner/inputs'
import type { ReconcileReport } from '@/contracts/system/system'

export interface DaemonStatus {
  pid: number
  startedAt: string
  memoryBytes: number
  uptimeSeconds: number
  /** `suspended`: it led, and waits for the database to tell whether it still does. */
  role: 'leading' | 'standby' | 'suspended'
  agentsConnected: number
  heartbeatLatencyP50Ms: number | null
  heartbeatLatencyP99Ms: number | null
  broker: {
    kind: 'local' | 'amqp'
    state: 'connecting' | 'ready' | 'blocked' | 'closed'
    since: string
    error: string | null
  }
}

/**
 * What the web process asks of the daemon at once, without going through desired state: looking at and typing into
 * live terminals, and the daemon's own condition. Every call throws StratavoreError `unavailable` when it is down.
 */
export interface DaemonLink {
  status(): Promise<DaemonStatus>
  reconcile(): Promise<ReconcileReport>
  screen(runnerId: string, ansi: boolean): Promise<RunnerScreen>
  send(runnerId: string, text: string): Promise<void>
  logs(runnerId: string, from: number, limit: number): Promise<RunnerLogs>
}
