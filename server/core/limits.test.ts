import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ALLOWANCES, createLimits } from './limits'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const few = { ...ALLOWANCES, launch: { points: 2, seconds: 60 } }

it('refuses the act after the last that is allowed, tells when to try again, and allows it then', async () => {
  const limits = createLimits(few)
  await limits.take('launch', ['ann'])
  await limits.take('launch', ['ann'])
  await expect(limits.take('launch', ['ann'])).rejects.toMatchObject({ code: 'rate_limited', retryAfterS: 60 })
  await limits.take('launch', ['bob'])
  await limits.take('attach', ['ann'])
  vi.advanceTimersByTime(61_000)
  await limits.take('launch', ['ann'])
})

it('counts each key by itself', async () => {
  const limits = createLimits(few)
  await limits.take('launch', ['ann', '10.0.0.1'])
  await limits.take('launch', ['bob', '10.0.0.1'])
  await expect(limits.take('launch', ['cy', '10.0.0.1'])).rejects.toMatchObject({ code: 'rate_limited' })
  await limits.take('launch', ['bob', '10.0.0.2'])
})

it('takes back what turned out to be no such act', async () => {
  const limits = createLimits(few)
  for (let index = 0; index < 10; index++) {
    await limits.take('launch', ['ann'])
    await limits.giveBack('launch', ['ann'])
  }
  await limits.take('launch', ['ann'])
  await limits.take('launch', ['ann'])
  await expect(limits.take('launch', ['ann'])).rejects.toMatchObject({ code: 'rate_limited' })
})
