import { expect, it } from 'vitest'
import { createInputAllowance, INPUT_BURST_BYTES, INPUT_BYTES_PER_S } from './input-allowance'

it('lets a paste of 10 MB through at once, and goes on at its rate', () => {
  let now = 0
  const allowance = createInputAllowance(() => now)
  const part = 64 * 1024
  let sent = 0
  while (allowance.take(part) === 0) sent += part
  expect(sent).toBe(INPUT_BURST_BYTES)
  expect(sent).toBeGreaterThan(10 * 1024 * 1024)
  const waitMs = allowance.take(part)
  expect(waitMs).toBe(Math.ceil((part / INPUT_BYTES_PER_S) * 1000))
  now += waitMs
  expect(allowance.take(part)).toBe(0)
  now += 60_000
  sent = 0
  while (allowance.take(part) === 0) sent += part
  expect(sent).toBe(INPUT_BURST_BYTES)
})

it('counts empty messages too', () => {
  const allowance = createInputAllowance(() => 0)
  let count = 0
  while (allowance.take(0) === 0) count += 1
  expect(count).toBe(INPUT_BURST_BYTES / 256)
})
