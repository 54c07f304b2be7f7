import { expect, it } from 'vitest'
import { createScrapeReading } from './scrape-reading'

function setUp(read: () => Promise<void>, timeoutMs?: number) {
  const clock = { ms: 0 }
  const outcomes: unknown[] = []
  let reads = 0
  const reading = createScrapeReading(
    () => {
      reads += 1
      return read()
    },
    { monotonicMs: () => clock.ms, outcome: (error) => outcomes.push(error), timeoutMs },
  )
  return { reading, clock, outcomes, reads: () => reads }
}

it('reads once for scrapes that come together or soon after each other', async () => {
  const { reading, clock, reads } = setUp(async () => undefined)
  await Promise.all([reading.refresh(), reading.refresh()])
  clock.ms += 4_999
  await reading.refresh()
  expect(reads()).toBe(1)
  clock.ms += 1
  await reading.refresh()
  expect(reads()).toBe(2)
})

it('tells a failure, does not pass it on, and tries again later', async () => {
  const trouble = new Error('database away')
  let fails = true
  const { reading, clock, outcomes } = setUp(() => (fails ? Promise.reject(trouble) : Promise.resolve()))
  await reading.refresh()
  fails = false
  clock.ms += 5_000
  await reading.refresh()
  expect(outcomes).toEqual([trouble, null])
})

it('does not wait for what hangs, says so, and starts no second one meanwhile', async () => {
  let end = () => {}
  const hanging = new Promise<void>((resolve) => {
    end = resolve
  })
  const { reading, clock, outcomes, reads } = setUp(() => hanging, 1)
  await reading.refresh()
  clock.ms += 60_000
  await reading.refresh()
  const late = new Error('no answer in time')
  expect([reads(), outcomes]).toEqual([1, [late, late]])
  end()
  await hanging
  await reading.refresh()
  expect(outcomes).toEqual([late, late, null])
})
