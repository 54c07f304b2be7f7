import type { SignedAudit } from '@/contracts/audit/audit'

/** A row as the API gives it. */
export type AuditShown = Omit<SignedAudit, 'data'> & { data?: unknown }

/** One thing that was and is; null where it was not there. */
export interface AuditChange {
  name: string
  before: string | null
  after: string | null
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)

/** What a row says beside what was done: what changed, from what to what, and everything else it holds. */
export function changesOf(data: unknown): { changes: AuditChange[]; rest: [name: string, value: string][] } {
  if (!isRecord(data)) return { changes: [], rest: [] }
  const { before, after, ...rest } = data
  const facts = Object.entries(rest).flatMap(([name, value]): [string, string][] => {
    const said = text(value)
    return said === null ? [] : [[name, said]]
  })
  if (!isRecord(before) && !isRecord(after)) {
    const whole =
      before === undefined && after === undefined ? [] : [{ name: 'value', before: text(before), after: text(after) }]
    return { changes: whole, rest: facts }
  }
  const [was, is] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}]
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  const changes = names
    .map((name) => ({ name, before: text(was[name]), after: text(is[name]) }))
    .filter((change) => change.before !== change.after)
  return { changes, rest: facts }
}

/** Rows as lines of a table, names first. */
export const auditLines = (rows: readonly AuditShown[]): (string | number)[][] => [
  ['seq', 'at', 'actor', 'via', 'credential', 'from', 'action', 'target_type', 'target_id', 'request', 'data'],
  ...rows.map((row) => [
    row.seq,
    row.at,
    row.actorName,
    row.via,
    row.credential ?? '',
    row.remoteAddr ?? '',
    row.action,
    row.targetType,
    row.targetId,
    row.requestId ?? '',
    JSON.stringify(row.data ?? null),
  ]),
]
