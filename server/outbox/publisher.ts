import type { Clock } from '../core/clock'
import type { Broker } from '../core/ports/broker'
import type { Scheduler } from '../core/scheduler'
import type { Database } from '../db/database'
import { type BatchConnection, withBatchConnection } from './batch-connection'
import { batchOutcome } from './batch-outcome'
import { type Claim, type ClaimLimits, claimBatch } from './claim-batch'
import { judgeAttempts, markBatch, type ParkedEvent, parkedOf } from './mark-batch'
import { publishBatch } from './publish-batch'
import type { PublisherObserver } from './publisher-observer'

/** Two, so that one is confirmed while the other is claimed or marked, and the broker never runs dry. */
const BATCHES_IN_FLIGHT = 2
/** Events of one aggregate that a batch takes at most: they are confirmed one after the other. */
const MAX_CHAIN = 50
/** A slow broker must not keep a transaction open: after this a batch starts no further event. */
const BATCH_BUDGET_MS = 5_000
/** What no NOTIFY, timer or commit has told of is found by looking this often. */
const POLL_MS = 5_000
/** Rows that one batch locked in vain are free again after a commit that nobody notifies. */
const DROPPED_AGAIN_MS = 100
/** Waits after the database failed: half to all of a range that doubles. */
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 10_000
const MAX_DOUBLINGS = 10

export interface PublisherOptions {
  db: Pick<Database, 'pool'>
  broker: Pick<Broker, 'status' | 'onStatus' | 'publish' | 'window'>
  installationId: string
  /** Times the broker may refuse an event before it is parked as dead. */
  maxRefusals: number
  clock: Clock
  scheduler: Scheduler
  /** Numbers in [0, 1). */
  random(): number
  observer: PublisherObserver
  /** Events were parked, and that is committed. Must not throw. */
  onParked(parked: readonly ParkedEvent[]): void
  /** Smaller than what is built in, for tests. */
  claimLimits?: ClaimLimits
}

export interface Publisher {
  /** There may be something to publish: rows were appended. */
  wake(): void
  /** Publishes all that is due. Resolves when nothing is left, or after `graceMs`; true when nothing is left. */
  flush(graceMs: number): Promise<boolean>
  /** Takes no new batch, and waits at most `graceMs` for those under way. What they do not finish stays in its rows. */
  stop(graceMs: number): Promise<void>
}

/**
 * Publishes the outbox: claims what is due in batches, publishes, marks. A row is published at least once, and again
 * under the same id whenever its mark was not committed. Any number of publishers may run on one database. While the
 * broker is not ready nothing is claimed.
 */
export function startPublisher(options: PublisherOptions): Publisher {
  const { broker, observer, clock, scheduler } = options
  // No more than the broker works at: the rest would wait inside of a transaction.
  const limits = options.claimLimits ?? { batch: broker.window, chain: Math.min(MAX_CHAIN, broker.window) }
  const giveUp = new AbortController()
  /** Aggregates of the batches under way, for the next claim to pass over. */
  const inHand = new Set<string>()
  const underWay = new Set<Promise<void>>()
  const settled = new Set<(nothingLeft: boolean) => void>()
  let wakes = 0
  let wanted = true
  let claiming = false
  let stopping = false
  let failures = 0
  /** The database failed; until the timer. */
  let paused = false
  let cancelTimer = () => {}

  const ready = () => broker.status().state === 'ready'

  /** The one timer: the next delayed row, a retry, or the poll. It is always armed. */
  const wakeIn = (ms: number) => {
    cancelTimer()
    if (stopping) return
    cancelTimer = scheduler.after(ms, () => {
      paused = false
      wakeIn(POLL_MS)
      wake()
    })
  }

  const wake = () => {
    wakes += 1
    wanted = true
    pump()
  }

  /** Publishes and marks what was claimed, and commits. Returns whether to look again at once. */
  const finish = async (connection: BatchConnection, claim: Claim, startedMs: number): Promise<boolean> => {
    const deadlineMs = startedMs + BATCH_BUDGET_MS
    const mayStart = () => !stopping && !connection.lost() && clock.monotonicMs() < deadlineMs && ready()
    const { installationId, maxRefusals, random } = options
    const judged = judgeAttempts(
      await publishBatch(broker, claim.events, { installationId, clock, mayStart }),
      maxRefusals,
      random,
    )
    await markBatch(connection, judged)
    await connection.commit()
    observer.batch(batchOutcome(claim.events.length, judged, (clock.monotonicMs() - startedMs) / 1000))
    const parked = parkedOf(judged)
    if (parked.length > 0) options.onParked(parked)
    const allPublished = judged.length === claim.events.length && judged.every(({ verdict }) => verdict === null)
    // What failed has a new time, which only another look tells.
    return claim.more || claim.dropped || !allPublished
  }

  const runBatch = (claimed: () => void): Promise<void> =>
    withBatchConnection(options.db, giveUp.signal, async (connection) => {
      const wakesBefore = wakes
      const startedMs = clock.monotonicMs()
      const claim = await claimBatch(connection, [...inHand], limits)
      failures = 0
      paused = false
      if (claim.events.length === 0) {
        return wakeIn(Math.ceil(Math.min(claim.dueMs ?? POLL_MS, claim.dropped ? DROPPED_AGAIN_MS : POLL_MS)))
      }
      const aggregates = new Set(claim.events.map((event) => event.aggregate_id))
      for (const id of aggregates) inHand.add(id)
      if (claim.more) wanted = true
      claimed()
      try {
        const again = await finish(connection, claim, startedMs)
        // An event appended meanwhile may have waited for one of this batch.
        if (again || wakes !== wakesBefore) wanted = true
      } finally {
        for (const id of aggregates) inHand.delete(id)
      }
    })

  const failed = (error: unknown) => {
    // Stopping gave it up itself.
    if (giveUp.signal.aborted) return
    const range = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, MAX_DOUBLINGS))
    failures += 1
    paused = true
    wanted = true
    wakeIn(Math.ceil(range / 2 + (range / 2) * options.random()))
    observer.batchFailed(error)
  }

  const startBatch = () => {
    wanted = false
    claiming = true
    let inClaim = true
    const claimed = () => {
      if (!inClaim) return
      inClaim = false
      claiming = false
      pump()
    }
    const batch = runBatch(claimed)
      .catch(failed)
      .finally(() => {
        underWay.delete(batch)
        if (inClaim) claiming = false
        inClaim = false
        pump()
      })
    underWay.add(batch)
  }

  /** Starts a batch if one is wanted and may be, else tells those who wait for the end. */
  const pump = () => {
    const mayStart = !stopping && !paused && !claiming && underWay.size < BATCHES_IN_FLIGHT && ready()
    if (wanted && mayStart) return startBatch()
    if (underWay.size > 0 || (wanted && paused && !stopping)) return
    for (const tell of [...settled]) tell(!wanted)
  }

  const unsubscribe = broker.onStatus(({ state }) => {
    if (state === 'ready') wake()
    else pump()
  })
  wakeIn(POLL_MS)
  wake()

  /** Resolves at the next time nothing is under way, or after `graceMs` with false. */
  const untilSettled = (graceMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (nothingLeft: boolean) => {
        settled.delete(done)
        cancel()
        resolve(nothingLeft)
      }
      const cancel = scheduler.after(graceMs, () => done(false))
      settled.add(done)
      pump()
    })

  return {
    wake,
    flush: (graceMs) => {
      wakes += 1
      wanted = true
      return untilSettled(graceMs)
    },
    stop: async (graceMs) => {
      stopping = true
      unsubscribe()
      cancelTimer()
      await untilSettled(graceMs)
      giveUp.abort()
    },
  }
}
