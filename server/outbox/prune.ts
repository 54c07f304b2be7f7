import type pg from 'pg'
import type { Database } from '../db/database'

/** Rows one statement looks at. It holds locks for milliseconds only. */
const BATCH = 1_000

/**
 * The alert that events are dead. Its newest event says whether it stands, also in a year, so that one is never deleted.
 */
export const DEAD_ALERT = { type: 'alert', id: 'outbox.dead' } as const

/** Where a round of pruning stands. */
interface Pruned {
  deleted: number
  /** The last row looked at. */
  seq: string
  /** Nothing behind it is old enough. */
  done: boolean
}

/**
 * Rows are walked in commit order from where the last batch ended, so what is kept at the head (dead, delivered late) is
 * passed over once a round. It ends at the first event that was made after the limit: none behind it was delivered before.
 */
const PRUNE_EVENTS = `
WITH batch AS (
  SELECT seq, occurred_at, published_at FROM outbox_events WHERE seq > $1 ORDER BY seq LIMIT $3
), deleted AS (
  DELETE FROM outbox_events
   WHERE seq = ANY(ARRAY(SELECT seq FROM batch WHERE published_at < $2))
     AND seq IS DISTINCT FROM (SELECT max(seq) FROM outbox_events WHERE aggregate_id = $4 AND aggregate_type = $5)
  RETURNING 1
)
SELECT (SELECT count(*) FROM deleted)::int AS deleted, coalesce(max(seq), $1)::text AS seq,
       count(*) < $3 OR coalesce(max(occurred_at) >= $2, true) AS done FROM batch`

const PRUNE_CONSUMED = `
DELETE FROM consumed_events
 WHERE (consumer, event_id) IN (
   SELECT consumer, event_id FROM consumed_events WHERE consumed_at < $1 ORDER BY consumed_at LIMIT $2)`

/** One batch of delivered events older than `before`, behind `afterSeq`. Dead and waiting events stay for ever. */
export async function pruneEvents(db: Pick<Database, 'pool'>, before: Date, afterSeq: string): Promise<Pruned> {
  const result: pg.QueryResult<Pruned> = await db.pool.query(PRUNE_EVENTS, [
    afterSeq,
    before,
    BATCH,
    DEAD_ALERT.id,
    DEAD_ALERT.type,
  ])
  const [pruned] = result.rows
  if (!pruned) throw new Error('an aggregate without GROUP BY has one row')
  return pruned
}

/** One batch of what consumers have acted on before `before`. */
export async function pruneConsumed(
  db: Pick<Database, 'pool'>,
  before: Date,
): Promise<Pick<Pruned, 'deleted' | 'done'>> {
  const { rowCount } = await db.pool.query(PRUNE_CONSUMED, [before, BATCH])
  const deleted = rowCount ?? 0
  return { deleted, done: deleted < BATCH }
}
