import { describe, expect, it } from 'vitest'
import { latestSummary } from './daily-summary-time'
import { instantOf, localTime, quietUntil } from './quiet-hours'

const at = (text: string) => new Date(text)
const iso = (date: Date | null) => date?.toISOString() ?? null
const berlin = 'Europe/Berlin'
const night = { quietHours: { from: '22:30', to: '07:00' }, timeZone: berlin }

describe('instantOf', () => {
  it.each([
    ['winter', '2026-01-15', '08:00', '2026-01-15T07:00:00.000Z'],
    ['summer', '2026-07-15', '08:00', '2026-07-15T06:00:00.000Z'],
    ['the last minute before summer time', '2026-03-29', '01:59', '2026-03-29T00:59:00.000Z'],
    ['a time that summer time skips', '2026-03-29', '02:30', '2026-03-29T01:00:00.000Z'],
    ['the first minute of summer time', '2026-03-29', '03:00', '2026-03-29T01:00:00.000Z'],
    ['a time that comes twice', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
    ['the hour after it', '2026-10-25', '03:00', '2026-10-25T02:00:00.000Z'],
    ['midnight', '2026-03-29', '00:00', '2026-03-28T23:00:00.000Z'],
  ])('%s', (_what, date, clock, expected) => {
    expect(iso(instantOf(date, clock, berlin))).toBe(expected)
  })

  it('knows zones far from UTC, of half hours, and that change at midnight', () => {
    expect(iso(instantOf('2026-01-01', '00:30', 'Pacific/Kiritimati'))).toBe('2025-12-31T10:30:00.000Z')
    expect(iso(instantOf('2026-01-01', '23:30', 'Pacific/Pago_Pago'))).toBe('2026-01-02T10:30:00.000Z')
    expect(iso(instantOf('2026-06-01', '09:15', 'Asia/Kathmandu'))).toBe('2026-06-01T03:30:00.000Z')
    // Chile skips 00:00 to 01:00 on the first Sunday of September.
    expect(localTime(instantOf('2026-09-06', '00:00', 'America/Santiago'), 'America/Santiago')).toEqual({
      date: '2026-09-06',
      minutes: 60,
    })
  })
})

describe('quietUntil', () => {
  it.each([
    ['before they begin', '2026-01-15T21:29:59Z', null],
    ['as they begin', '2026-01-15T21:30:00Z', '2026-01-16T06:00:00.000Z'],
    ['after midnight', '2026-01-16T02:00:00Z', '2026-01-16T06:00:00.000Z'],
    ['as they end', '2026-01-16T06:00:00Z', null],
    ['the night summer time begins, an hour shorter', '2026-03-29T00:30:00Z', '2026-03-29T05:00:00.000Z'],
    ['the night it ends, an hour longer', '2026-10-25T01:30:00Z', '2026-10-25T06:00:00.000Z'],
    ['its last minute', '2026-10-25T05:59:00Z', '2026-10-25T06:00:00.000Z'],
  ])('%s', (_what, now, expected) => {
    expect(iso(quietUntil(at(now), night))).toBe(expected)
  })

  it('may lie within a day, may end in the hour that is skipped, and may be none', () => {
    const noon = { quietHours: { from: '12:00', to: '13:00' }, timeZone: 'UTC' }
    expect(iso(quietUntil(at('2026-01-15T12:30:00Z'), noon))).toBe('2026-01-15T13:00:00.000Z')
    expect(quietUntil(at('2026-01-15T13:00:00Z'), noon)).toBeNull()
    const early = { quietHours: { from: '23:00', to: '02:30' }, timeZone: berlin }
    expect(iso(quietUntil(at('2026-03-29T00:59:59Z'), early))).toBe('2026-03-29T01:00:00.000Z')
    expect(quietUntil(at('2026-03-29T01:00:00Z'), early)).toBeNull()
    // 02:30 comes twice; the first ends them.
    expect(quietUntil(at('2026-10-25T01:10:00Z'), early)).toBeNull()
    expect(quietUntil(at('2026-01-15T23:00:00Z'), { quietHours: null, timeZone: berlin })).toBeNull()
    expect(
      quietUntil(at('2026-01-15T23:00:00Z'), { quietHours: { from: '07:00', to: '07:00' }, timeZone: berlin }),
    ).toBeNull()
  })
})

it('the latest summary is the one of today once its time has come, else of yesterday', () => {
  const settings = { summaryAt: '02:30', timeZone: berlin }
  expect(latestSummary(settings, at('2026-03-29T00:59:00Z'))).toEqual({
    date: '2026-03-28',
    at: at('2026-03-28T01:30:00Z'),
  })
  expect(latestSummary(settings, at('2026-03-29T01:00:00Z'))).toEqual({
    date: '2026-03-29',
    at: at('2026-03-29T01:00:00Z'),
  })
})
