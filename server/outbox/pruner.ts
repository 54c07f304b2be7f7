import type { Clock } from '../core/clock'
import type { Scheduler } from '../core/scheduler'
import type { Database } from '../db/database'
import { pruneConsumed, pruneEvents } from './prune'
import type { PrunerObserver } from './publisher-observer'

const DAY_MS = 86_400_000
/** From the end of one round to the next; the first begins soon after the start, when the rush is over. */
const EVERY_MS = 3_600_000
const FIRST_AFTER_MS = 60_000
/** Between two batches of a round: pruning takes what others leave. */
const PAUSE_MS = 50

export interface PrunerOptions {
  db: Pick<Database, 'pool'>
  retentionDays: number
  clock: Clock
  scheduler: Scheduler
  observer: PrunerObserver
}

/** Deletes delivered events, and what consumers remember of them, once they are old; in small batches, for ever. */
export function startPruner(options: PrunerOptions): { stop(): Promise<void> } {
  const { db, clock, scheduler, observer } = options
  let stopped = false
  let callOff = () => {}

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = scheduler.after(ms, resolve)
      callOff = () => {
        cancel()
        resolve()
      }
    })

  const prune = async () => {
    const before = new Date(clock.now().getTime() - options.retentionDays * DAY_MS)
    const deleted = { events: 0, consumed: 0 }
    for (let at = { seq: '0', done: false }; !at.done && !stopped; await pause(PAUSE_MS)) {
      const batch = await pruneEvents(db, before, at.seq)
      deleted.events += batch.deleted
      at = batch
    }
    for (let done = false; !done && !stopped; await pause(PAUSE_MS)) {
      const batch = await pruneConsumed(db, before)
      deleted.consumed += batch.deleted
      done = batch.done
    }
    observer.pruned(deleted)
  }

  const forEver = async () => {
    await pause(FIRST_AFTER_MS)
    while (!stopped) {
      await prune().catch(observer.failed)
      if (!stopped) await pause(EVERY_MS)
    }
  }
  const ended = forEver()

  return {
    stop: () => {
      stopped = true
      callOff()
      return ended
    },
  }
}
