import { expect, it } from 'vitest'
import { createPace } from './pace'

function paced() {
  const taken: number[] = []
  let due: (() => void) | null = null
  const pace = createPace(
    (offset) => taken.push(offset),
    (_ms, action) => {
      due = action
      return () => {
        due = null
      }
    },
  )
  return { pace, taken, stall: () => due?.(), isWaiting: () => due !== null }
}

it('takes at once what no driver is waited for', () => {
  const { pace, taken } = paced()
  pace.received(10, false)
  pace.received(30, false)
  expect(taken).toEqual([10, 30])
})

it('takes what the driver shows, as it shows it', () => {
  const { pace, taken, isWaiting } = paced()
  pace.received(100, true)
  expect(taken).toEqual([])
  pace.shown(60)
  expect([taken, isWaiting()]).toEqual([[60], true])
  pace.shown(100)
  expect([taken, isWaiting()]).toEqual([[60, 100], false])
})

it('does not wait for a driver that shows nothing, until it has caught up', () => {
  const { pace, taken, stall } = paced()
  pace.received(1_000_000, true)
  stall()
  expect([taken, pace.isKept()]).toEqual([[1_000_000], false])
  pace.received(2_000_000, true)
  pace.shown(500_000)
  expect(taken).toEqual([1_000_000, 2_000_000])
  pace.shown(2_000_000)
  pace.received(2_100_000, true)
  expect([taken.length, pace.isKept()]).toEqual([2, true])
})

it('lets go of what it waits for when the driver leaves, and begins anew', () => {
  const { pace, taken } = paced()
  pace.received(100, true)
  pace.reset()
  pace.received(10, false)
  expect(taken).toEqual([100, 10])
})

it('believes no acknowledgement of what was not sent', () => {
  const { pace, taken } = paced()
  pace.received(100, true)
  pace.shown(5_000)
  expect(taken).toEqual([100])
})
