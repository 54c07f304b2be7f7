import { expect, it } from 'vitest'
import { type OverUse, planResources, type Streaks } from './plan-resources'

const over = (kind: 'memory_bytes' | 'cpu_percent', heardAtMs: number): OverUse => ({
  projectId: 'p',
  project: 'web',
  use: { kind, limit: 1, used: 2 },
  heardAtMs,
  largest: { runnerId: 'r', epoch: 1, provider: 'shell' },
})

/** How many are due after each of these readings. */
function run(readings: OverUse[][]): number[] {
  let streaks: Streaks = new Map()
  return readings.map((reading) => {
    const plan = planResources(reading, streaks)
    streaks = plan.streaks
    return plan.due.length
  })
}

it('acts after three heartbeats in a row, and for memory after three more', () => {
  const at = (times: number[]) => times.map((time) => [over('memory_bytes', time)])
  expect(run(at([1, 2, 3, 4, 5, 6]))).toEqual([0, 0, 1, 0, 0, 1])
})

it('counts a heartbeat once, and begins anew after one that is not over', () => {
  const one = (time: number) => [over('memory_bytes', time)]
  expect(run([one(1), one(1), one(1), one(2), one(3)])).toEqual([0, 0, 0, 0, 1])
  expect(run([one(1), one(2), [], one(3), one(4), one(5)])).toEqual([0, 0, 0, 0, 0, 1])
})

it('tells of CPU once while it lasts', () => {
  const at = (time: number) => [over('cpu_percent', time)]
  expect(run([at(1), at(2), at(3), at(4), at(5), at(6)])).toEqual([0, 0, 1, 0, 0, 0])
})
