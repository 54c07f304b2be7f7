import type { AuditEntry } from './record-change'
import { type HourlyContext, recordHourly } from './record-hourly'

/**
 * Writes down that somebody reads something that is not everybody's to see: once an hour for each actor, credential,
 * action and target (of guests each address too), so that a page that polls fills nothing. Call it before the answer: what
 * cannot be written down is not read.
 */
export async function recordRead(ctx: HourlyContext, read: Omit<AuditEntry, 'data'>): Promise<void> {
  await recordHourly(ctx, { ...read, data: {} })
  if (ctx.trail) ctx.trail.reads++
}
