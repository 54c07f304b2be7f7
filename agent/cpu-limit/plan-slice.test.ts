import { describe, expect, it } from 'vitest'
import { FRESH_SLICE, PERIOD_MS, planSlice } from './plan-slice'

/** CPU per wall time of a tree that uses `rate` cores while it runs, over the last half of many periods. */
function held(rate: number, share: number, periods = 400): { use: number; longestStopMs: number } {
  let state = FRESH_SLICE
  let measured = { elapsedMs: 0, ranMs: 0, usedMs: 0 }
  let used = 0
  let stopMs = 0
  let longestStopMs = 0
  for (let period = 0; period < periods; period += 1) {
    const plan = planSlice(state, measured, share)
    state = plan.state
    // As the system tells it: in whole ticks of 10 ms.
    const usedMs = Math.round((plan.runMs * rate) / 10) * 10
    measured = { elapsedMs: PERIOD_MS, ranMs: plan.runMs, usedMs }
    if (period >= periods / 2) used += usedMs
    stopMs = plan.runMs === 0 ? stopMs + PERIOD_MS : PERIOD_MS - plan.runMs
    longestStopMs = Math.max(longestStopMs, stopMs)
  }
  return { use: used / (PERIOD_MS * (periods / 2)), longestStopMs }
}

describe('planSlice', () => {
  it.each([
    [1, 0.5],
    [2, 0.5],
    [1, 0.9],
    [8, 1.5],
    [4, 0.1],
  ])('holds %d cores to %d', (rate, share) => {
    const { use } = held(rate, share)
    expect(use).toBeGreaterThan(share * 0.95)
    expect(use).toBeLessThan(share * 1.05)
  })

  it('lets run what keeps within its share by itself', () => {
    expect(held(0.3, 0.5)).toEqual({ use: expect.closeTo(0.3, 1), longestStopMs: 0 })
  })

  it('never lets a terminal stand still for longer than some seconds, however much was used', () => {
    expect(held(64, 0.05).longestStopMs).toBeLessThanOrEqual(3_000)
  })
})
