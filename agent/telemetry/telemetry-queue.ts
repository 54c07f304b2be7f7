import { ack } from '@/contracts/agent-protocol/messages'
import { MAX_BATCH_RECORDS, type UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { DaemonSocket } from '../connection/commands'

/** Requests kept while the daemon is away: days of work. Beyond it the oldest go: nearly all are in transcripts too. */
const MAX_RECORDS = 50_000
const ACK_TIMEOUT_MS = 10_000
const RETRY_MS = 1_000

/** What programs told of their requests, until the daemon has it in the database. */
export interface TelemetryQueue {
  add(records: readonly UsageRecord[]): void
  /** A joined connection: what waits is sent on it. */
  attach(socket: DaemonSocket): void
  detach(): void
  /** Resolves when all is acknowledged, or after `timeoutMs`. */
  settled(timeoutMs: number): Promise<void>
}

/** Nothing told yet. */
export function createTelemetryQueue(onProblem: (message: string, detail: unknown) => void): TelemetryQueue {
  let waiting: UsageRecord[] = []
  let socket: DaemonSocket | null = null
  let isBusy = false
  const onSettled: (() => void)[] = []

  async function deliver(): Promise<void> {
    if (isBusy) return
    isBusy = true
    for (let current = socket; current !== null && waiting.length > 0; current = socket) {
      const records = waiting.slice(0, MAX_BATCH_RECORDS)
      const answer: unknown = await current
        .timeout(ACK_TIMEOUT_MS)
        .emitWithAck('telemetry', { records })
        .catch(() => null)
      const { data } = ack.safeParse(answer)
      const isRefused = data?.ok === false && data.code === 'invalid_input'
      if (isRefused) onProblem('the daemon does not take what a program told of its requests', data.error)
      if (data?.ok || isRefused) {
        // The oldest may have been given up meanwhile.
        const sent = new Set(records)
        waiting = waiting.filter((record) => !sent.has(record))
      } else if (socket === current) await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
    isBusy = false
    if (waiting.length === 0) for (const tell of onSettled.splice(0)) tell()
  }

  return {
    add(records) {
      waiting = [...waiting, ...records]
      if (waiting.length > MAX_RECORDS) {
        onProblem('requests that programs told of are given up', waiting.length - MAX_RECORDS)
        waiting = waiting.slice(-MAX_RECORDS)
      }
      void deliver()
    },
    attach(joined) {
      socket = joined
      void deliver()
    },
    detach() {
      socket = null
    },
    settled(timeoutMs) {
      if (waiting.length === 0) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        onSettled.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    },
  }
}
