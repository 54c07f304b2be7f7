import { describe, expect, it } from 'vitest'
import { type EndedLife, NO_HISTORY, planRestart, type RestartHistory } from './restart-backoff'

/** Delays of successive crashes, `null` where it gives up. */
function delaysOf(lives: readonly EndedLife[]): (number | null)[] {
  let history: RestartHistory = NO_HISTORY
  return lives.map((life) => {
    const decision = planRestart(history, life)
    if (decision.kind === 'give-up') return null
    history = decision.history
    return decision.delayMs
  })
}

const crashedAfter = (readyForMs: number): EndedLife => ({ readyForMs })
const neverReady: EndedLife = { readyForMs: null }

describe('planRestart', () => {
  it('starts again almost at once, then ever slower, up to a cap', () => {
    expect(delaysOf(Array.from({ length: 10 }, () => crashedAfter(10)))).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000,
    ])
  })

  it('forgets crashes once the child was healthy', () => {
    expect(delaysOf([crashedAfter(10), crashedAfter(10), crashedAfter(30_000), crashedAfter(10)])).toEqual([
      100, 200, 100, 200,
    ])
  })

  it('gives up on a child that never served', () => {
    expect(delaysOf([neverReady, neverReady, neverReady])).toEqual([100, 200, null])
  })

  it('never gives up on one that has served before', () => {
    expect(delaysOf([crashedAfter(10), neverReady, neverReady, neverReady, neverReady])).toEqual([
      100, 200, 400, 800, 1600,
    ])
  })
})
