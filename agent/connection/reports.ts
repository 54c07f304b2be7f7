import type { AgentToDaemon } from '@/contracts/agent-protocol/events'
import { ack } from '@/contracts/agent-protocol/messages'
import type { DaemonSocket } from './commands'

/** The daemon writes a report to the database before it acknowledges it. */
const ACK_TIMEOUT_MS = 5_000
/** Wait before a report that was not taken is sent again on the same connection. */
const RETRY_MS = 1_000
/** The daemon knows better than this report: saying it again would change nothing. */
const FINAL_REFUSALS = new Set(['stale_epoch', 'not_found', 'invalid_input', 'invalid_state', 'conflict'])

/** Which reports of one runner keep their order among each other; one that is refused holds up only its own kind. */
const LANES = {
  runnerStarted: 'life',
  runnerExited: 'life',
  sessionBound: 'session',
  approvalRequested: 'approval',
  approvalClosed: 'approval',
  runnerConfined: 'confinement',
} as const satisfies Partial<Record<keyof AgentToDaemon, string>>

/** What is told to the daemon until it has acknowledged it. */
type ReportEvent = keyof typeof LANES
type Message<Event extends ReportEvent> = Parameters<AgentToDaemon[Event]>[0]

/** Reports of what has happened to runners, each repeated until the daemon has taken it. */
export interface Reports {
  /** Few per runner, each for an act of a person or an end: they are kept for as long as the daemon is away. */
  send<Event extends ReportEvent>(event: Event, message: Message<Event>): void
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

  async function deliver(lane: string): Promise<void> {
    if (busy.has(lane)) return
    busy.add(lane)
    for (;;) {
      const report = queues.get(lane)?.[0]
      const current = socket
      if (report === undefined || current === null) break
      const { data } = ack.safeParse(await report(current).catch(() => null))
      const isTaken = data !== undefined && (data.ok || FINAL_REFUSALS.has(data.code))
      if (isTaken) queues.get(lane)?.shift()
      else if (socket === current) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
    busy.delete(lane)
    if (queues.get(lane)?.length === 0) queues.delete(lane)
    if (queues.size === 0) for (const tell of onSettled.splice(0)) tell()
  }

  return {
    send(event, message) {
      const lane = `${LANES[event]}:${message.runnerId}`
      // Which message belongs to which event is said by the signature; the socket's own types cannot follow it.
      const report: Report = (to) => {
        const asking = to.timeout(ACK_TIMEOUT_MS) as unknown as {
          emitWithAck(name: string, message: object): Promise<unknown>
        }
        return asking.emitWithAck(event, message)
      }
      queues.set(lane, [...(queues.get(lane) ?? []), report])
      void deliver(lane)
    },
    attach(joined) {
      socket = joined
      for (const lane of queues.keys()) void deliver(lane)
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
