import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatCpu, plural } from './quantity'
import { formatDuration, formatMoment, formatSince } from './time'

describe('quantities', () => {
  it('keeps bytes short', () => {
    expect([0, 999, 1000, 1536, 150 * 1024 ** 2, 1.44 * 1024 ** 3].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 KB',
      '1.5 KB',
      '150 MB',
      '1.4 GB',
    ])
  })
  it('never prints a rounded-up thousand', () => {
    expect([0, 9999, 10_000, 99_949, 99_950, 999_499, 999_500, 3_120_000, 2.5e9].map(formatCount)).toEqual([
      '0',
      '9,999',
      '10.0k',
      '99.9k',
      '100k',
      '999k',
      '1.0M',
      '3.1M',
      '2.5B',
    ])
  })
  it('shows small CPU loads finer', () => {
    expect([0, 9.94, 10.2, 187.6].map(formatCpu)).toEqual(['0.0 %', '9.9 %', '10 %', '188 %'])
  })
  it('counts things', () => {
    expect([plural(1, 'runner'), plural(0, 'runner')]).toEqual(['1 runner', '0 runners'])
  })
})

describe('times', () => {
  it('uses the two largest units', () => {
    const of = (...parts: [number, number][]) =>
      formatDuration(parts.reduce((sum, [n, unit]) => sum + n * unit, 0) * 1000)
    expect(of([59, 1])).toBe('59s')
    expect(of([60, 1])).toBe('1m')
    expect(of([3, 3600], [12, 60], [59, 1])).toBe('3h 12m')
    expect(of([2, 3600])).toBe('2h')
    expect(of([2, 86_400], [5, 3600])).toBe('2d 5h')
  })
  it('does not go below zero when clocks disagree', () => {
    expect(formatSince('2026-01-01T00:00:05Z', Date.parse('2026-01-01T00:00:00Z'))).toBe('0s')
  })
  it('names the day only when it is another', () => {
    const moment = '2026-03-04T12:00:00Z'
    expect(formatMoment(moment, Date.parse(moment))).not.toMatch(/Mar/)
    expect(formatMoment(moment, Date.parse(moment) + 3 * 86_400_000)).toMatch(/Mar/)
  })
})
