import { formatBytes, formatCount, formatCpu } from '@/components/format/quantity'
import type { Quota, QuotaKind, QuotaSetInput } from '@/contracts/quota/quota'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** How one kind of quota is shown, typed and set. */
export interface QuotaField {
  kind: QuotaKind
  label: string
  /** What an amount of it is called beside its bar. */
  unit: string
  /** What to type, and what is said when something else was. */
  rule: string
  placeholder: string
  show(amount: number): string
  /** As it stands in its box. */
  edit(limit: number): string
  /** What was typed; null for none, NaN where it is no amount. */
  parse(text: string): number | null
  wish: Exclude<keyof QuotaSetInput, 'project' | 'timeZone' | 'timeZoneIfNew'>
  /** Bounds of a typed amount. */
  least: number
  most: number
}

/** `2M` is 2,000,000 tokens; bytes take the letters in steps of 1024, and are gigabytes without one. */
const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }
const SIZES: Readonly<Record<string, number>> = { m: MIB, mb: MIB, mib: MIB, '': GIB, g: GIB, gb: GIB, gib: GIB }

function amount(text: string, units: Readonly<Record<string, number>>): number | null {
  const typed = text.trim().replaceAll(',', '').toLowerCase()
  if (typed === '') return null
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z%]*)$/.exec(typed) ?? []
  const factor = units[unit]
  return digits === undefined || factor === undefined ? Number.NaN : Math.round(Number(digits) * factor)
}

/** All quotas of a project, in the order they are shown. */
export const QUOTA_FIELDS: readonly QuotaField[] = [
  {
    kind: 'concurrent_runners',
    label: 'Runners at once',
    unit: 'runners',
    rule: 'A whole number from 0 to 10,000; empty for the default.',
    placeholder: '',
    show: (count) => `${count}`,
    edit: (count) => `${count}`,
    parse: (text) => amount(text, { '': 1 }),
    wish: 'runners',
    least: 0,
    most: 10_000,
  },
  {
    kind: 'memory_bytes',
    label: 'Memory, GB',
    unit: 'memory',
    rule: 'Such as 4, or 512M; empty for none.',
    placeholder: 'no quota',
    show: formatBytes,
    edit: (bytes) => `${Number((bytes / GIB).toFixed(2))}`,
    parse: (text) => amount(text, SIZES),
    wish: 'memoryBytes',
    least: MIB,
    most: Number.MAX_SAFE_INTEGER,
  },
  {
    kind: 'cpu_percent',
    label: 'CPU, %',
    unit: 'CPU',
    rule: 'From 1 on; 100 is one core; empty for none.',
    placeholder: 'no quota',
    show: formatCpu,
    edit: (percent) => `${percent}`,
    parse: (text) => amount(text, { '': 1, '%': 1 }),
    wish: 'cpuPercent',
    least: 1,
    most: 1_000_000,
  },
  {
    kind: 'tokens_per_day',
    label: 'Tokens per day',
    unit: 'tokens today',
    rule: 'Such as 2M, or 500,000; empty for none.',
    placeholder: 'no quota',
    show: formatCount,
    edit: (tokens) => tokens.toLocaleString('en-US'),
    parse: (text) => amount(text, FACTORS),
    wish: 'tokensPerDay',
    least: 1,
    most: 1e12,
  },
]

/** What of this was typed has to be set; the message beside each box where something is wrong. */
export function readQuotaForm(
  typed: ReadonlyMap<QuotaKind, string>,
  quotas: readonly Quota[],
): { wish: Omit<QuotaSetInput, 'project' | 'timeZone' | 'timeZoneIfNew'>; invalid: ReadonlyMap<QuotaKind, string> } {
  const wish: Omit<QuotaSetInput, 'project' | 'timeZone' | 'timeZoneIfNew'> = {}
  const invalid = new Map<QuotaKind, string>()
  for (const field of QUOTA_FIELDS) {
    const text = typed.get(field.kind)
    const now = quotas.find(({ kind, explicit }) => kind === field.kind && explicit)
    // What stands there rounded is not set anew.
    if (text === undefined || (now && text === field.edit(now.limit))) continue
    const limit = field.parse(text)
    if (limit !== null && !(limit >= field.least && limit <= field.most)) invalid.set(field.kind, field.rule)
    else if (limit !== null || now) wish[field.wish] = limit
  }
  return { wish, invalid }
}
