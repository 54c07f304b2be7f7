import { ack, type ProcessIdentity, type RunnerExit } from '@/contracts/agent-protocol/messages'
import type { DaemonSocket } from './commands'

/** The daemon writes a report to the database before it acknowledges it. */
const ACK_TIMEOUT_MS = 5_000
/** Wait before a report that was not taken is sent again on the same connection. */
const RETRY_MS = 1_000
/** The daemon knows better than this report: saying it again would change nothing. */
const FINAL_REFUSALS = new Set(['stale_epoch', 'not_found', 'invalid_input', 'invalid_state', 'conflict'])

/** Starts and ends of runners, told to the daemon until it has acknowledged each. */
export interface Reports {
  started(runnerId: string, epoch: number, process: ProcessIdentity, at: number): void
  exited(runnerId: string, epoch: number, exit: RunnerExit): void
  /** A joined connection: what is open is sent on it, in order per runner. */
  attach(socket: DaemonSocket): void
  detach(): void
  /** Resolves when every report is acknowledged, or after `timeoutMs`. */
  settled(timeoutMs: number): Promise<void>
}

/** Resolves with what the daemon said, which is yet to be checked. */
type Report = (socket: DaemonSocket) => Promise<unknown>

/** No reports, no connection. */
export function createReports(): Reports {
  const queues = new Map<string, Report[]>()
  const busy = new Set<string>()
  let socket: DaemonSocket | null = null
  let onSettled: (() => void)[] = []

  async function deliver(runnerId: string): Promise<void> {
    if (busy.has(runnerId)) return
    busy.add(runnerId)
    for (;;) {
      const report = queues.get(runnerId)?.[0]
      const current = socket
      if (report === undefined || current === null) break
      const { data } = ack.safeParse(await report(current).catch(() => null))
      const isTaken = data !== undefined && (data.ok || FINAL_REFUSALS.has(data.code))
      if (isTaken) queues.get(runnerId)?.shift()
      else if (socket === current) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
    busy.delete(runnerId)
    if (queues.get(runnerId)?.length === 0) queues.delete(runnerId)
    if (queues.size === 0) for (const tell of onSettled.splice(0)) tell()
  }

  const add = (runnerId: string, report: Report): void => {
    queues.set(runnerId, [...(queues.get(runnerId) ?? []), report])
    void deliver(runnerId)
  }

  return {
    started: (runnerId, epoch, process, at) =>
      add(runnerId, (to) => to.timeout(ACK_TIMEOUT_MS).emitWithAck('runnerStarted', { runnerId, epoch, process, at })),
    exited: (runnerId, epoch, exit) =>
      add(runnerId, (to) => to.timeout(ACK_TIMEOUT_MS).emitWithAck('runnerExited', { runnerId, epoch, exit })),
    attach(joined) {
      socket = joined
      for (const runnerId of queues.keys()) void deliver(runnerId)
    },
    detach() {
      socket = null
    },
    settled(timeoutMs) {
      if (queues.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        onSettled = [
          ...onSettled,
          () => {
            clearTimeout(timer)
            resolve()
          },
        ]
      })
    },
  }
}
