import type { ServiceContext } from '../service-context'
import { giveUpStale } from './give-up-stale'

/** Days that what was told is kept to be looked at. */
const KEPT_MS = 30 * 24 * 60 * 60_000
/** Notifications of one channel that may wait to be sent; beyond this the oldest are given up. */
const MAX_WAITING = 1_000
/** Rows that one statement touches. */
const BATCH = 1_000

/** Removes old notifications and gives up what is no news any more or piles up, in channels that are off too. */
export async function pruneNotifications(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<void> {
  const now = ctx.clock.now()
  const old = new Date(now.getTime() - KEPT_MS)
  const { prisma } = ctx.db
  await giveUpStale(ctx)
  await prisma.$executeRaw`
    DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE created_at < ${old} AND updated_at < ${old} AND next_attempt_at IS NULL
      LIMIT ${BATCH})`
  await prisma.$executeRaw`
    UPDATE notifications SET next_attempt_at = NULL, closed_at = coalesce(closed_at, ${now}),
      state = CASE state WHEN 'withdrawn' THEN state ELSE 'failed' END,
      last_error = 'given up: too many were waiting'
    WHERE id IN (
      SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY channel ORDER BY updated_at DESC, id) AS place
        FROM notifications WHERE next_attempt_at IS NOT NULL) AS waiting
      WHERE place > ${MAX_WAITING} LIMIT ${BATCH})`
}
