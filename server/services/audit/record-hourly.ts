import { type Database, withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { type AuditEntry, type RecordingContext, recordChange } from './record-change'

const HOUR_MS = 3_600_000
/** Past this the memory is emptied: the worst is a row more within the hour. */
const MAX_REMEMBERED = 20_000

/** What writing a row of its own needs. */
export type HourlyContext = Pick<ServiceContext, 'db'> & RecordingContext

interface Recorded {
  /** Milliseconds of the clock. */
  until: number
  /** Rejects when the row could not be written. */
  written: Promise<unknown>
}

/** What was written within the hour, for each process. */
const onRecord = new WeakMap<Database, Map<string, Recorded>>()

/**
 * Writes down what comes again and again: once an hour for each actor, credential, action, target and data; of guests each
 * address too. Resolves once the row is there, whoever wrote it.
 */
export async function recordHourly(ctx: HourlyContext, entry: AuditEntry): Promise<void> {
  const now = ctx.clock.now().getTime()
  const seen = onRecord.get(ctx.db) ?? new Map<string, Recorded>()
  onRecord.set(ctx.db, seen)
  const { action, target } = entry
  // Whoever holds a shared link is the same guest: the address tells them apart.
  const from = ctx.actor.id === null ? (ctx.source?.address ?? null) : null
  const key = JSON.stringify([
    ctx.actor.kind,
    ctx.actor.id,
    ctx.source?.credential ?? null,
    from,
    action,
    target.id,
    entry.data,
  ])
  const last = seen.get(key)
  if (last && last.until > now) {
    await last.written
    return
  }
  if (seen.size >= MAX_REMEMBERED) seen.clear()
  const written = withTransaction(ctx.db, (tx) => recordChange(ctx, tx, entry, []))
  // Others who come meanwhile wait for this row, and write none.
  seen.set(key, { until: now + HOUR_MS, written })
  try {
    await written
  } catch (error) {
    seen.delete(key)
    throw error
  }
}
