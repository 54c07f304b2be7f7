import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemScheduler } from '../core/scheduler'
import { createRetryTimers } from './retry-timers'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('something that fails for hours is looked at a bounded number of times a minute, whoever else looks at it', () => {
  const RETRY_MS = 30_000
  let runs = 0
  const fail = () => {
    runs += 1
    timers.wakeIn('r1', RETRY_MS)
  }
  const timers = createRetryTimers(systemScheduler, performance.now.bind(performance), () => fail())
  // Rounds of everything fail it too, and are no reason to come sooner than was set.
  const rounds = setInterval(fail, RETRY_MS + 1)
  vi.advanceTimersByTime(3 * 3_600_000)
  runs = 0
  vi.advanceTimersByTime(60_000)
  clearInterval(rounds)
  expect(runs).toBeLessThanOrEqual(4)
  expect(vi.getTimerCount()).toBe(1)
})

it('keeps the earlier time of a runner, and forgets it once it is called off', () => {
  const due: string[] = []
  const timers = createRetryTimers(systemScheduler, performance.now.bind(performance), (id) => due.push(id))
  timers.wakeIn('a', 10_000)
  timers.wakeIn('a', 1_000)
  timers.wakeIn('a', 5_000)
  timers.wakeIn('b', 2_000)
  vi.advanceTimersByTime(1_000)
  expect(due).toEqual(['a'])
  timers.cancel('b')
  timers.wakeIn('c', 1_000)
  timers.cancelAll()
  vi.advanceTimersByTime(60_000)
  expect(due).toEqual(['a'])
  expect(vi.getTimerCount()).toBe(0)
})
