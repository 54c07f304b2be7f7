import { type Database, withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { type AuditEntry, recordChange } from './record-change'

const HOUR_MS = 3_600_000
/** Past this the memory is emptied: the worst is a row more within the hour. */
const MAX_REMEMBERED = 20_000

/** Until when a read by somebody of something is on record, for each process. */
const onRecord = new WeakMap<Database, Map<string, number>>()

/**
 * Writes down that somebody reads something that is not everybody's to see: once an hour for each actor, credential,
 * action and target, so that a page that polls fills nothing. Call it before the answer: what cannot be written down is
 * not read.
 */
export async function recordRead(ctx: ServiceContext, read: Omit<AuditEntry, 'data'>): Promise<void> {
  const now = ctx.clock.now().getTime()
  const seen = onRecord.get(ctx.db) ?? new Map<string, number>()
  onRecord.set(ctx.db, seen)
  const { action, target } = read
  const key = JSON.stringify([ctx.actor.kind, ctx.actor.id, ctx.source?.credential ?? null, action, target.id])
  if ((seen.get(key) ?? 0) > now) return
  await withTransaction(ctx.db, (tx) => recordChange(ctx, tx, { ...read, data: {} }, []))
  if (seen.size >= MAX_REMEMBERED) seen.clear()
  seen.set(key, now + HOUR_MS)
}
