import { ack } from '@/contracts/agent-protocol/messages'
import { MAX_BATCH_RECORDS, type UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { ProviderId } from '@/contracts/provider/provider'
import type { DaemonSocket } from '../connection/commands'
import type { TelemetrySpool, ToldRequest } from './telemetry-spool'

/** Requests kept while the daemon is away: days of work. Beyond it the oldest go: nearly all are in transcripts too. */
const MAX_RECORDS = 50_000
const ACK_TIMEOUT_MS = 10_000
const RETRY_MS = 1_000
/** What is not taken however often it is told: it cannot be, or its runner is not there. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['invalid_input', 'not_found'])

/** What programs told of their requests, until the daemon has it in the database. */
export interface TelemetryQueue {
  /**
   * What the program of this runner told. Resolves when it can not be lost any more; rejects when the disk does not take it:
   * it should be told again.
   */
  add(runnerId: string, provider: ProviderId, records: readonly UsageRecord[], cwd?: string): Promise<void>
  /** A joined connection: what waits is sent on it. */
  attach(socket: DaemonSocket): void
  detach(): void
  /** Resolves when all is acknowledged and forgotten, or after `timeoutMs`. */
  settled(timeoutMs: number): Promise<void>
}

/** Begins with what an earlier agent left in the spool. */
export function createTelemetryQueue(
  spool: TelemetrySpool,
  onProblem: (message: string, detail: unknown) => void,
): TelemetryQueue {
  let waiting: readonly ToldRequest[] = spool.left
  let socket: DaemonSocket | null = null
  let isBusy = false
  /** Lines that the spool has: those of requests that do not wait any more too. */
  let spooled = spool.left.length
  let atOnce = MAX_BATCH_RECORDS
  let shortened: Promise<void> = Promise.resolve()
  const onSettled: (() => void)[] = []

  // Told again it changes nothing: a spool that could not be shortened costs no more than the next agent's time.
  const shortenSpool = (): void => {
    spooled = waiting.length
    shortened = spool
      .keep(waiting)
      .catch((error: unknown) => onProblem('the spool of telemetry cannot be shortened', error))
  }

  /** Those of the oldest's runner, provider and directory. */
  const batchFrom = ({ runnerId, provider, cwd }: ToldRequest): readonly ToldRequest[] =>
    waiting
      .filter((told) => told.runnerId === runnerId && told.provider === provider && told.cwd === cwd)
      .slice(0, atOnce)

  function remove(batch: readonly ToldRequest[]): void {
    // The oldest may have been given up meanwhile.
    const gone = new Set(batch)
    waiting = waiting.filter((told) => !gone.has(told))
    if (waiting.length === 0) shortenSpool()
  }

  /** One of a batch that is not taken may be the reason: it is found by halves, and must not keep the others waiting. */
  function setApart(batch: readonly ToldRequest[], code: string, error: string): void {
    if (batch.length > 1) {
      atOnce = Math.ceil(batch.length / 2)
      return
    }
    if (FINAL_REFUSALS.has(code)) {
      onProblem('the daemon does not take what a program told of a request', error)
      remove(batch)
    } else waiting = [...waiting.filter((told) => told !== batch[0]), ...batch]
  }

  async function deliver(): Promise<void> {
    if (isBusy) return
    isBusy = true
    for (;;) {
      const current = socket
      const [oldest] = waiting
      if (current === null || oldest === undefined) break
      const batch = batchFrom(oldest)
      const { runnerId, provider, cwd } = oldest
      const answer: unknown = await current
        .timeout(ACK_TIMEOUT_MS)
        .emitWithAck('telemetry', { runnerId, provider, cwd, records: batch.map(({ record }) => record) })
        .catch(() => null)
      const { data } = ack.safeParse(answer)
      if (data?.ok) {
        remove(batch)
        atOnce = MAX_BATCH_RECORDS
        continue
      }
      if (data !== undefined) setApart(batch, data.code, data.error)
      if (!(data !== undefined && FINAL_REFUSALS.has(data.code)) && socket === current)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())
    }
    isBusy = false
    await shortened
    if (waiting.length === 0) for (const tell of onSettled.splice(0)) tell()
  }

  return {
    async add(runnerId, provider, records, cwd = '') {
      const told = records.map((record) => ({ runnerId, provider, cwd, record }))
      waiting = [...waiting, ...told]
      if (waiting.length > MAX_RECORDS) {
        onProblem('requests that programs told of are given up', waiting.length - MAX_RECORDS)
        waiting = waiting.slice(-MAX_RECORDS)
      }
      spooled += told.length
      const written = spool.append(told)
      if (spooled > 2 * MAX_RECORDS) shortenSpool()
      void deliver()
      await written
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
