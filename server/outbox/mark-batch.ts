import type { BatchConnection } from './batch-connection'
import { judgeFailure, type Verdict } from './judge-failure'
import type { Attempt } from './publish-batch'

/** Longest text that is kept of a failure. */
const MAX_ERROR_LENGTH = 500

/** An event that was parked now, and why. */
export interface ParkedEvent {
  id: string
  type: string
  error: string
}

// Times are Postgres': publishers on several machines need not agree on the time for a backoff to be right.
const MARK = `
UPDATE outbox_events AS o
   SET attempts = o.attempts + 1,
       refusals = o.refusals + m.refused::int,
       published_at = CASE WHEN m.outcome = 'published' THEN clock_timestamp() END,
       dead_at = CASE WHEN m.outcome = 'dead' THEN clock_timestamp() END,
       next_attempt_at = CASE WHEN m.outcome = 'retry' THEN clock_timestamp() + m.delay_ms * interval '1 millisecond' END,
       last_error = coalesce(m.error, o.last_error)
  FROM unnest($1::bigint[], $2::text[], $3::bool[], $4::int[], $5::text[]) AS m (seq, outcome, refused, delay_ms, error)
 WHERE o.seq = m.seq`

export interface Judged extends Attempt {
  /** Null: it is published. */
  verdict: Verdict | null
}

/** Judges each attempt; `random` gives numbers in [0, 1). */
export const judgeAttempts = (attempts: readonly Attempt[], maxRefusals: number, random: () => number): Judged[] =>
  attempts.map((attempt) => ({
    ...attempt,
    verdict: attempt.result.ok ? null : judgeFailure(attempt.result.failure, attempt.event, maxRefusals, random()),
  }))

/** Why it was not delivered, as it is kept; null when it was. */
function errorText({ result }: Attempt): string | null {
  if (result.ok) return null
  return `${result.failure}: ${result.error}`.slice(0, MAX_ERROR_LENGTH)
}

/** Writes what became of a batch with one statement. Rows that were not tried are left as they are. */
export async function markBatch(connection: BatchConnection, judged: readonly Judged[]): Promise<void> {
  if (judged.length === 0) return
  await connection.query(MARK, [
    judged.map(({ event }) => event.seq),
    judged.map(({ verdict }) => verdict?.kind ?? 'published'),
    judged.map(({ verdict }) => verdict?.refused ?? false),
    judged.map(({ verdict }) => (verdict?.kind === 'retry' ? verdict.delayMs : 0)),
    judged.map(errorText),
  ])
}

/** Those of a batch that are dead now. */
export const parkedOf = (judged: readonly Judged[]): ParkedEvent[] =>
  judged.flatMap(({ event, verdict, ...attempt }) =>
    verdict?.kind === 'dead' ? [{ id: event.id, type: event.type, error: errorText({ event, ...attempt }) ?? '' }] : [],
  )
