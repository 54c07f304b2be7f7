import { setImmediate as nextTurn } from 'node:timers/promises'
import { type FilledGaps, fillDescriptorGaps } from './descriptor-gaps'

/** Runs one job per turn of the event loop, in order. */
export type SpawnQueue = <Result>(job: () => Result) => Promise<Result>

/** A scan of all processes keeps files open for tens of turns; a file that stays open must not hold a spawn for ever. */
const MAX_TURNS_UNTIL_STEADY = 500

async function fillSteadily(fill: () => FilledGaps): Promise<FilledGaps> {
  for (let turn = 0; ; turn += 1) {
    const gaps = fill()
    if (gaps.steady || turn >= MAX_TURNS_UNTIL_STEADY) return gaps
    gaps.release()
    await nextTurn()
  }
}

/**
 * Forking blocks for milliseconds: between two forks the terminals that are there already get their turn. Each fork
 * happens while the descriptors have no gap, in the same turn.
 */
export function createSpawnQueue(fill: () => FilledGaps = fillDescriptorGaps): SpawnQueue {
  let last: Promise<unknown> = Promise.resolve()
  return <Result>(job: () => Result) => {
    const turn = last.then(async () => {
      await nextTurn()
      const gaps = await fillSteadily(fill)
      try {
        return job()
      } finally {
        gaps.release()
      }
    })
    // The caller sees a failure; the queue goes on.
    last = turn.catch(() => undefined)
    return turn
  }
}
