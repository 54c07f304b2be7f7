import { expect, it } from 'vitest'
import { reconnectDelay } from './reconnect-delay'

it('doubles, is capped and spread', () => {
  const latest = (attempt: number) => reconnectDelay(attempt, () => 1)
  expect([0, 1, 2, 5, 50].map(latest)).toEqual([200, 400, 800, 5_000, 5_000])
  expect(reconnectDelay(0, () => 0)).toBe(100)
})
