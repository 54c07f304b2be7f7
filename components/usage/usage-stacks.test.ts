import { describe, expect, it } from 'vitest'
import type { UsageDay } from '@/contracts/usage/daily'
import { lastDays, stackUsage, usageCsv } from './usage-stacks'

const row = (day: string, key: string | null, tokens: number, over: Partial<UsageDay> = {}): UsageDay => ({
  ...{ day, key, name: key, tokens, requests: 1, costUsd: tokens / 10, unpricedRequests: 0 },
  ...over,
})

describe('stackUsage', () => {
  it('gives every day each part, the largest first, and adds up', () => {
    const rows = [row('d1', 'a', 1), row('d1', 'b', 5), row('d3', 'a', 2), row('d3', null, 1)]
    const { parts, days } = stackUsage(rows, ['d1', 'd2', 'd3'], 'tokens')
    expect(parts.map(({ name, tokens, requests }) => [name, tokens, requests])).toEqual([
      ['b', 5, 1],
      ['a', 3, 2],
      ['outside any project', 1, 1],
    ])
    expect(days).toEqual([
      { day: 'd1', values: { a: 1, b: 5, '-': 0 } },
      { day: 'd2', values: { a: 0, b: 0, '-': 0 } },
      { day: 'd3', values: { a: 2, b: 0, '-': 1 } },
    ])
  })

  it('makes one of the small ones', () => {
    const rows = Array.from({ length: 9 }, (_, index) => row('d1', `p${index}`, 10 - index))
    const { parts, days } = stackUsage(rows, ['d1'], 'costUsd')
    expect(parts.map(({ name }) => name)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', '4 others'])
    expect(parts.at(-1)).toMatchObject({ tokens: 5 + 4 + 3 + 2, requests: 4 })
    expect(days[0]?.values.others).toBeCloseTo(1.4)
  })
})

it('counts days by the calendar, over the end of a month', () => {
  const { days, from, to } = lastDays(3, new Date(2026, 2, 1, 13, 45))
  expect(days).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect([from, to]).toEqual([new Date(2026, 1, 27), new Date(2026, 2, 2)])
})

it('writes CSV that no spreadsheet takes for a formula', () => {
  const rows = [row('2026-01-01', 'a', 1, { name: '=HYPERLINK("x")' }), row('2026-01-01', 'b', 2, { name: 'a, "b"' })]
  expect(usageCsv(rows)).toBe(
    'day,name,requests,tokens,cost_usd,requests_without_price\r\n' +
      '2026-01-01,"\'=HYPERLINK(""x"")",1,1,0.1,0\r\n' +
      '2026-01-01,"a, ""b""",1,2,0.2,0\r\n',
  )
})
