import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BudgetPeriod, budgetPeriod } from '@/contracts/budget/budget'
import { periodOf } from './period'

const HOUR_MS = 3_600_000

const text = (period: BudgetPeriod, at: string, zone: string): string[] => {
  const { start, end } = periodOf(period, new Date(at), zone)
  return [start.toISOString(), end.toISOString()]
}

describe('periodOf', () => {
  it('takes days, weeks from Monday and months by the calendar of the zone', () => {
    expect(text('daily', '2026-11-22T23:30:00Z', 'Europe/Vienna')).toEqual([
      '2026-11-22T23:00:00.000Z',
      '2026-11-23T23:00:00.000Z',
    ])
    expect(text('weekly', '2026-11-22T12:00:00Z', 'UTC')).toEqual([
      '2026-11-16T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
    ])
    expect(text('monthly', '2026-12-31T23:59:59.999Z', 'UTC')).toEqual([
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ])
    expect(text('hourly', '2026-11-22T12:59:59.999Z', 'Asia/Kolkata')).toEqual([
      '2026-11-22T12:30:00.000Z',
      '2026-11-22T13:30:00.000Z',
    ])
  })

  it('has days of 23 and 25 hours where clocks are changed', () => {
    const length = (at: string) => {
      const { start, end } = periodOf('daily', new Date(at), 'Europe/Vienna')
      return (end.getTime() - start.getTime()) / HOUR_MS
    }
    expect([length('2026-03-29T12:00:00Z'), length('2026-10-25T12:00:00Z')]).toEqual([23, 25])
    // There is no midnight that day.
    expect(text('daily', '2026-04-24T12:00:00Z', 'Africa/Cairo')[0]).toBe('2026-04-23T22:00:00.000Z')
  })

  it('counts an hour that occurs twice as two, and cuts one at a change of half an hour', () => {
    expect(text('hourly', '2026-11-01T05:30:00Z', 'America/New_York')).toEqual([
      '2026-11-01T05:00:00.000Z',
      '2026-11-01T06:00:00.000Z',
    ])
    expect(text('hourly', '2026-11-01T06:30:00Z', 'America/New_York')).toEqual([
      '2026-11-01T06:00:00.000Z',
      '2026-11-01T07:00:00.000Z',
    ])
    expect(text('hourly', '2026-04-04T15:10:00Z', 'Australia/Lord_Howe')).toEqual([
      '2026-04-04T15:00:00.000Z',
      '2026-04-04T15:30:00.000Z',
    ])
  })

  const zones = ['UTC', 'Europe/Vienna', 'America/New_York', 'America/St_Johns', 'America/Havana', 'Asia/Kathmandu']
  const zone = fc.constantFrom(...zones, 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Beirut', 'Africa/Casablanca')
  const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2037-01-01'), noInvalidDate: true })
  const calendar = ['UTC', 'Europe/Vienna', 'America/New_York', 'Asia/Kathmandu']
  const kind = fc.constantFrom(...budgetPeriod.options)

  it('leaves no gap and no overlap, anywhere and at any time', () => {
    fc.assert(
      fc.property(kind, instant, zone, (period, at, timeZone) => {
        const { start, end } = periodOf(period, at, timeZone)
        expect(start <= at && at < end).toBe(true)
        expect(periodOf(period, start, timeZone)).toEqual({ start, end })
        expect(periodOf(period, new Date(end.getTime() - 1), timeZone)).toEqual({ start, end })
        expect(periodOf(period, end, timeZone).start).toEqual(end)
      }),
      { numRuns: 200 },
    )
  })

  it('agrees with the calendar of Intl', () => {
    const formats = new Map(
      calendar.map((timeZone) => [
        timeZone,
        {
          date: new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }),
          weekday: new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' }),
        },
      ]),
    )
    const shown = (at: Date, timeZone: string) => formats.get(timeZone)?.date.format(at) ?? ''
    const weekday = (at: Date, timeZone: string) => formats.get(timeZone)?.weekday.format(at)
    fc.assert(
      // Without the one zone of these whose clocks went back over midnight, and the one that left out a day.
      fc.property(instant, fc.constantFrom(...calendar), (at, zone) => {
        const day = periodOf('daily', at, zone)
        expect(shown(day.start, zone)).toBe(shown(at, zone))
        expect(shown(new Date(day.start.getTime() - 1), zone)).not.toBe(shown(at, zone))
        expect(shown(day.end, zone)).not.toBe(shown(at, zone))
        expect(weekday(periodOf('weekly', at, zone).start, zone)).toBe('Mon')
        expect(shown(periodOf('monthly', at, zone).start, zone)).toBe(shown(at, zone).replace(/\d\d$/, '01'))
      }),
      { numRuns: 150 },
    )
  })
})
