import type { ActivityReport } from '@/contracts/agent-protocol/activity'

/** With whose agent says so. */
type NodeActivity = ActivityReport & { nodeId: string }

export interface ActivityBuffer {
  add(report: NodeActivity): void
  /** Writes what is left. */
  stop(): Promise<void>
}

/**
 * Writes reports as they come, those of one turn of the loop together, and what comes during a write with the next one.
 * Of one runner only the newest counts, so it never holds more than there are runners. A write that fails is dropped:
 * heartbeats say the activity again, and the next report all of it.
 */
export function createActivityBuffer(
  write: (reports: readonly NodeActivity[]) => Promise<void>,
  observe: { latency(seconds: number): void; failed(error: unknown): void; monotonicMs(): number },
): ActivityBuffer {
  let waiting = new Map<string, { report: NodeActivity; arrivedMs: number }>()
  let writing: Promise<void> | null = null

  async function flush(): Promise<void> {
    while (waiting.size > 0) {
      const batch = [...waiting.values()]
      waiting = new Map()
      try {
        await write(batch.map(({ report }) => report))
        const now = observe.monotonicMs()
        for (const { arrivedMs } of batch) observe.latency((now - arrivedMs) / 1000)
      } catch (error) {
        observe.failed(error)
      }
    }
    writing = null
  }

  return {
    add(report) {
      const known = waiting.get(report.runnerId)?.report
      if (known && (known.epoch > report.epoch || (known.epoch === report.epoch && known.seq > report.seq))) return
      waiting.set(report.runnerId, { report, arrivedMs: observe.monotonicMs() })
      writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flush)
    },
    stop: async () => {
      await writing
    },
  }
}
