import { csvOf } from '@/components/format/csv'
import type { UsageDay } from '@/contracts/usage/daily'

/** Parts that are told apart by colour; the rest are one. */
export const MAX_PARTS = 5

export type UsageMeasure = 'tokens' | 'costUsd'

/** A project, model or node, or `others`, with all it used in the time shown. */
export interface UsagePart {
  id: string
  name: string
  tokens: number
  costUsd: number
  requests: number
  unpricedRequests: number
}

export interface UsageStacks {
  /** The largest first, then `others`. */
  parts: UsagePart[]
  /** Every day of the time, also those without use: what each part used of the measure. */
  days: { day: string; values: Record<string, number> }[]
}

const NOTHING = '-'
const idOf = ({ key }: UsageDay): string => key ?? NOTHING
const nameOf = ({ key, name }: UsageDay): string => name ?? (key === null ? 'outside any project' : 'deleted')

/** Stacks of each day, from the API's rows. `days` are those to show, in order. */
export function stackUsage(rows: readonly UsageDay[], days: readonly string[], measure: UsageMeasure): UsageStacks {
  const all = new Map<string, UsagePart>()
  for (const row of rows) {
    const id = idOf(row)
    const none = { id, name: nameOf(row), tokens: 0, costUsd: 0, requests: 0, unpricedRequests: 0 }
    all.set(id, sum(all.get(id) ?? none, row))
  }
  const sorted = [...all.values()].sort((a, b) => b[measure] - a[measure] || a.name.localeCompare(b.name))
  const shown = sorted.length > MAX_PARTS + 1 ? sorted.slice(0, MAX_PARTS) : sorted
  const rest = sorted.slice(shown.length)
  const others = {
    id: 'others',
    name: `${rest.length} others`,
    tokens: 0,
    costUsd: 0,
    requests: 0,
    unpricedRequests: 0,
  }
  const parts = rest.length === 0 ? shown : [...shown, rest.reduce(sum, others)]
  const known = new Set(shown.map(({ id }) => id))
  const byDay = new Map(days.map((day) => [day, Object.fromEntries(parts.map(({ id }) => [id, 0]))]))
  for (const row of rows) {
    const values = byDay.get(row.day)
    const id = known.has(idOf(row)) ? idOf(row) : 'others'
    if (values) values[id] = (values[id] ?? 0) + row[measure]
  }
  return { parts, days: [...byDay].map(([day, values]) => ({ day, values })) }
}

const sum = (part: UsagePart, more: Omit<UsagePart, 'id' | 'name'>): UsagePart => ({
  ...part,
  tokens: part.tokens + more.tokens,
  costUsd: part.costUsd + more.costUsd,
  requests: part.requests + more.requests,
  unpricedRequests: part.unpricedRequests + more.unpricedRequests,
})

/** The last `count` days up to and including today, by the browser's own calendar. */
export function lastDays(count: number, now: Date): { days: string[]; from: Date; to: Date } {
  const date = (offset: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset)
  const text = (day: Date) =>
    [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
  return {
    days: Array.from({ length: count }, (_, index) => text(date(index - count + 1))),
    from: date(1 - count),
    to: date(1),
  }
}

/** The API's rows as CSV. */
export const usageCsv = (rows: readonly UsageDay[]): string =>
  csvOf([
    ['day', 'name', 'requests', 'tokens', 'cost_usd', 'requests_without_price'],
    ...rows.map((row) => [row.day, nameOf(row), row.requests, row.tokens, row.costUsd, row.unpricedRequests]),
  ])
