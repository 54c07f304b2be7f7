import type { ActorKind } from '@/contracts/event/event'
import type { EventType } from '@/contracts/event/event-data'
import type { BatchConnection } from './batch-connection'

/** An outbox row that is to be published, and that nobody else may publish meanwhile. */
export interface ClaimedEvent {
  /** Decimal digits: a bigint. */
  seq: string
  id: string
  type: EventType
  routing_key: string
  aggregate_type: string
  aggregate_id: string
  project: string | null
  actor_kind: ActorKind
  actor_name: string
  trace_id: string | null
  data: Record<string, unknown>
  occurred_at: Date
  attempts: number
  refusals: number
}

/** The events of one aggregate that are due, oldest first, none left out in between. */
export interface Chain {
  aggregate_id: string
  seqs: string[]
}

export interface ClaimLimits {
  /** Events of one batch. */
  batch: number
  /** Events of one aggregate in a batch; they are confirmed one after the other, and the batch lasts as long. */
  chain: number
}

/** Waiting events that one look examines, in batches: more than one, to see whether there is more than one. */
const WINDOW_BATCHES = 2
/** Looks that fill one batch, where aggregates are held by other publishers. */
const MAX_LOOKS = 3

/**
 * Which events may go next, without locking any. An aggregate one of whose events waits out its backoff is passed over
 * as a whole before the window is filled, so however many it has they keep nobody else waiting. NOT IN is on purpose:
 * unlike NOT EXISTS it is never planned as a join, which wrong statistics have made quadratic (ADR 8).
 */
const LOOK = `
(SELECT aggregate_id, array_to_string((array_agg(seq ORDER BY seq))[1:$3::int], ',') AS seqs, NULL::float8 AS due_ms FROM (
  SELECT seq, aggregate_id FROM outbox_events
   WHERE published_at IS NULL AND dead_at IS NULL
     AND aggregate_id NOT IN (SELECT unnest($1::text[]))
     AND aggregate_id NOT IN (
       SELECT aggregate_id FROM outbox_events
        WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at > now())
   ORDER BY seq LIMIT $2) AS waiting
GROUP BY aggregate_id ORDER BY min(seq) LIMIT $4)
UNION ALL
SELECT NULL, NULL, extract(epoch FROM min(next_attempt_at) - now())::float8 * 1000 FROM outbox_events
 WHERE published_at IS NULL AND dead_at IS NULL AND next_attempt_at > now()`

const CLAIM = `
SELECT seq, id, type, routing_key, aggregate_type, aggregate_id, project, actor_kind, actor_name, trace_id, data,
       occurred_at, attempts, refusals
  FROM outbox_events
 WHERE seq = ANY($1::bigint[]) AND published_at IS NULL AND dead_at IS NULL
 ORDER BY seq FOR UPDATE SKIP LOCKED`

/** The oldest `limit` events of these chains. Of each chain a beginning, since its events grow in seq. */
export function oldestOf(chains: readonly Chain[], limit: number): string[] {
  const all = chains.flatMap((chain) => chain.seqs)
  const inOrder = all.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  return inOrder.slice(0, limit)
}

/** Of the locked rows those with no earlier one of their chain missing: it is locked, or was published meanwhile. */
export function unbroken(chains: readonly Chain[], locked: readonly ClaimedEvent[]): ClaimedEvent[] {
  const left = new Map(chains.map((chain) => [chain.aggregate_id, chain.seqs[Symbol.iterator]()]))
  return locked.filter((row) => {
    const next = left.get(row.aggregate_id)?.next()
    if (next && !next.done && next.value === row.seq) return true
    left.delete(row.aggregate_id)
    return false
  })
}

type LookRow = { aggregate_id: string; seqs: string; due_ms: null } | { aggregate_id: null; due_ms: number | null }

/** The chains that may go, and the time to the next delayed event: of one moment, so that none falls between. */
async function look(
  connection: BatchConnection,
  passed: readonly string[],
  { batch, chain }: ClaimLimits,
): Promise<{ chains: Chain[]; dueMs: number | null }> {
  const rows = await connection.query<LookRow>(LOOK, [passed, batch * WINDOW_BATCHES, chain, batch])
  const chains: Chain[] = []
  let dueMs: number | null = null
  for (const row of rows)
    if (row.aggregate_id === null) dueMs = row.due_ms
    else chains.push({ aggregate_id: row.aggregate_id, seqs: row.seqs.split(',') })
  return { chains, dueMs }
}

/** Whether events wait beyond those a look brought: what it brought was cut, by the batch's size or a chain's. */
const mayBeMore = (chains: readonly Chain[], wanted: number, limits: ClaimLimits): boolean =>
  chains.reduce((sum, chain) => sum + chain.seqs.length, 0) > wanted ||
  chains.length >= limits.batch ||
  chains.some((chain) => chain.seqs.length >= limits.chain)

export interface Claim {
  events: ClaimedEvent[]
  /** There may be more to claim now: this batch is full, or an aggregate has more than it took. */
  more: boolean
  /** Rows were locked that could not be published, which nobody else could see meanwhile: look again soon. */
  dropped: boolean
  /** Until the next delayed event is due; null when none is delayed. */
  dueMs: number | null
}

/**
 * Claims the oldest events that may go, in a transaction it begins when there are any. An event is claimed only with all
 * earlier waiting ones of its aggregate, so with any number of publishers each aggregate is in one hand at a time.
 * `inHand` are aggregates of batches under way in this process. Without events no transaction is open.
 */
export async function claimBatch(
  connection: BatchConnection,
  inHand: readonly string[],
  limits: ClaimLimits,
): Promise<Claim> {
  const passed = [...inHand]
  const events: ClaimedEvent[] = []
  let began = false
  let more = false
  let dropped = false
  let dueMs: number | null = null
  for (let looks = 0; looks < MAX_LOOKS && events.length < limits.batch; looks += 1) {
    const { chains, dueMs: next } = await look(connection, passed, limits)
    dueMs = next
    if (chains.length === 0) break
    if (!began) await connection.begin()
    began = true
    const wanted = oldestOf(chains, limits.batch - events.length)
    const locked = await connection.query<ClaimedEvent>(CLAIM, [wanted])
    const claimed = unbroken(chains, locked)
    events.push(...claimed)
    dropped ||= claimed.length < locked.length
    more = mayBeMore(chains, wanted.length, limits)
    if (!more) break
    passed.push(...chains.map((chain) => chain.aggregate_id))
  }
  if (began && events.length === 0) await connection.rollback()
  return { events, more, dropped, dueMs }
}
