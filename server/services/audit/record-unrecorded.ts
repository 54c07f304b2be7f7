import { withTransaction } from '../../db/database'
import type { ServiceContext } from '../service-context'
import { recordChange } from './record-change'

/** What a program reports of itself every few seconds: it changes nothing but when it was heard last. */
const NOT_RECORDED: ReadonlySet<string> = new Set(['runner.heartbeat'])

/**
 * Writes down a mutation that has written no audit row by itself: one that found everything as it was asked for, one
 * that changes nothing here, or one whose author forgot. Services record what they change in its own transaction; this
 * is what makes a mutation without any record impossible.
 */
export async function recordUnrecorded(ctx: ServiceContext, path: string): Promise<void> {
  if (NOT_RECORDED.has(path) || (ctx.trail?.rows ?? 0) > 0) return
  const target = { type: 'procedure', id: path }
  await withTransaction(ctx.db, (tx) => recordChange(ctx, tx, { action: path, target, data: {} }, []))
}
