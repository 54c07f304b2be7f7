import { setImmediate as nextTurn } from 'node:timers/promises'

/** Runs one job per turn of the event loop, in order. */
export type SpawnQueue = <Result>(job: () => Result) => Promise<Result>

/** Forking blocks for milliseconds: between two forks the terminals that are there already get their turn. */
export function createSpawnQueue(): SpawnQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const turn = last.then(() => nextTurn()).then(job)
    // The caller sees a failure; the queue goes on.
    last = turn.catch(() => undefined)
    return turn
  }
}
