import { expect, it } from 'vitest'
import { forecast, recentSince } from './forecast'

const day = { start: new Date('2026-11-22T00:00:00Z'), end: new Date('2026-11-23T00:00:00Z') }
const noon = new Date('2026-11-22T12:00:00Z')

it('goes on at the mean of the rate so far and of the last eighth', () => {
  expect(recentSince(day, noon).toISOString()).toBe('2026-11-22T09:00:00.000Z')
  // 10 an hour so far, 20 an hour lately: 15 an hour for 12 more hours.
  expect(forecast(day, { spent: 120, recent: 60, limit: 240 }, noon)).toEqual({
    spentAtEnd: 300,
    percentAtEnd: 125,
    exhaustedAt: '2026-11-22T20:00:00.000Z',
  })
})

it('foretells no end that is not in the period, or has come', () => {
  expect(forecast(day, { spent: 10, recent: 0, limit: 1000 }, noon)).toMatchObject({
    spentAtEnd: 15,
    exhaustedAt: null,
  })
  expect(forecast(day, { spent: 1000, recent: 0, limit: 1000 }, noon)).toMatchObject({ exhaustedAt: null })
  expect(forecast(day, { spent: 0, recent: 0, limit: 5 }, noon)).toEqual({
    spentAtEnd: 0,
    percentAtEnd: 0,
    exhaustedAt: null,
  })
})

it('says nothing while the period is young, and counts from its beginning', () => {
  expect(forecast(day, { spent: 500, recent: 500, limit: 1000 }, new Date('2026-11-22T00:14:00Z'))).toBeNull()
  expect(recentSince(day, new Date('2026-11-22T01:00:00Z'))).toEqual(day.start)
})
