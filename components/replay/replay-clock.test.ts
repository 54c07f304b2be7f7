import { describe, expect, it } from 'vitest'
import { clockWords, eventsUntil, nextPosition, placeBeside } from './replay-clock'

describe('the clock of a replay', () => {
  const step = { at: 10, elapsed: 0.5, speed: 1, skipIdle: false, nextEventAt: 60, duration: 100 }

  it('goes on at its speed, up to the end', () => {
    expect(nextPosition(step)).toBe(10.5)
    expect(nextPosition({ ...step, speed: 4 })).toBe(12)
    expect(nextPosition({ ...step, elapsed: 1000 })).toBe(100)
  })

  it('skips a long pause when that is wished, never back and never a short one', () => {
    expect(nextPosition({ ...step, skipIdle: true })).toBeCloseTo(59.8)
    expect(nextPosition({ ...step, skipIdle: true, nextEventAt: 10.9 })).toBe(10.5)
    expect(nextPosition({ ...step, skipIdle: true, nextEventAt: 11.1, elapsed: 2 })).toBe(12)
  })

  it('skips to the end when nothing more is to be seen', () => {
    expect(nextPosition({ ...step, skipIdle: true, nextEventAt: null })).toBeCloseTo(99.8)
  })
})

describe('events of a recording', () => {
  it('are counted up to and with a moment', () => {
    const times = [0, 1, 1, 2]
    const at = (index: number) => times[index] ?? 0
    const until = (moment: number) => eventsUntil({ length: times.length, at }, moment)
    expect([-1, 0, 0.5, 1, 2, 9].map(until)).toEqual([0, 1, 1, 3, 4, 4])
  })

  it('have places beside them', () => {
    expect(placeBeside([1, 5, 9], 5, 'next')).toBe(9)
    expect(placeBeside([1, 5, 9], 5, 'previous')).toBe(1)
    expect(placeBeside([1, 5, 9], 9, 'next')).toBeNull()
  })
})

it('says a time as a clock', () => {
  expect([0, 62.9, 3605].map(clockWords)).toEqual(['0:00', '1:02', '1:00:05'])
})
