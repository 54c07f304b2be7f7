import type { Heartbeat } from '@/contracts/agent-protocol/messages'
import type { VitalsReport } from '../services/vitals/record-vitals'

/** Heartbeats that arrive within this time are written with one statement. */
const FLUSH_AFTER_MS = 200

export interface HeartbeatBuffer {
  /** What the agent of this node says. */
  add(nodeId: string, heartbeat: Heartbeat): void
  /** Writes what is left and stops. */
  stop(): Promise<void>
}

/**
 * Collects heartbeats and writes them in bulk. The newest report of a runner wins. A flush that fails is dropped: the
 * next heartbeat, seconds later, says the same and more.
 */
export function createHeartbeatBuffer(
  write: (reports: readonly VitalsReport[]) => Promise<void>,
  observe: { latency(seconds: number): void; failed(error: unknown): void; monotonicMs(): number },
): HeartbeatBuffer {
  let waiting = new Map<string, { report: VitalsReport; arrivedMs: number }>()
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<void> = Promise.resolve()

  const flush = () => {
    timer = null
    const batch = [...waiting.values()]
    waiting = new Map()
    if (batch.length === 0) return
    writing = writing.then(async () => {
      try {
        await write(batch.map((entry) => entry.report))
        const now = observe.monotonicMs()
        for (const entry of batch) observe.latency((now - entry.arrivedMs) / 1000)
      } catch (error) {
        observe.failed(error)
      }
    })
  }

  return {
    add: (nodeId, heartbeat) => {
      const arrivedMs = observe.monotonicMs()
      for (const runner of heartbeat.runners) {
        const { processCount: _, ...vitals } = runner
        const report = { ...vitals, nodeId, seq: heartbeat.seq }
        waiting.set(runner.runnerId, { report, arrivedMs })
      }
      timer ??= setTimeout(flush, FLUSH_AFTER_MS)
    },
    stop: async () => {
      if (timer) clearTimeout(timer)
      flush()
      await writing
    },
  }
}
