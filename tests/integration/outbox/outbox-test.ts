import { randomUUID } from 'node:crypto'
import { systemClock } from '@/server/core/clock'
import type { Broker } from '@/server/core/ports/broker'
import { systemScheduler } from '@/server/core/scheduler'
import { type Database, openDatabase } from '@/server/db/database'
import type { ParkedEvent } from '@/server/outbox/mark-batch'
import { type Publisher, type PublisherOptions, startPublisher } from '@/server/outbox/publisher'
import type { BatchOutcome } from '@/server/outbox/publisher-observer'
import { createTestDatabase } from '../../support/postgres'

/** An outbox of its own and publishers on it, each with connections of its own as in another process. */
export interface OutboxTest {
  db: Database
  /** Appends one event per name, in this order, each an aggregate's. Returns their ids. */
  append(aggregates: readonly string[]): Promise<string[]>
  publisher(broker: Broker, options?: Partial<PublisherOptions>): TestPublisher
  rows(): Promise<Row[]>
  pending(): Promise<number>
  stop(): Promise<void>
}

export interface TestPublisher extends Publisher {
  batches: BatchOutcome[]
  failures: unknown[]
  parked: ParkedEvent[]
}

export interface Row {
  seq: string
  id: string
  aggregate_id: string
  published_at: Date | null
  attempts: number
  refusals: number
  next_attempt_at: Date | null
  last_error: string | null
  dead_at: Date | null
}

const INSTALLATION = '00000000-0000-4000-8000-00000000000f'
const APPEND = `
INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, actor_kind, actor_name, data, occurred_at)
SELECT id, 'project.updated', 'project.updated.p', 'project', aggregate, 'daemon', 'daemon', '{}', now()
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS given (id, aggregate, place) ORDER BY place`

/** The outbox of a database that somebody else opens and closes. */
export function outboxOn(db: Database) {
  const url = db.pool.options.connectionString
  if (url === undefined) throw new Error('the pool was opened by a URL')
  const stops: (() => Promise<void>)[] = []
  return {
    publisher: (broker: Broker, options: Partial<PublisherOptions> = {}): TestPublisher => {
      // Its connections may be killed by a test.
      const own = openDatabase(url, () => undefined)
      const seen = { batches: [] as BatchOutcome[], failures: [] as unknown[], parked: [] as ParkedEvent[] }
      const publisher = startPublisher({
        db: own,
        broker,
        installationId: INSTALLATION,
        maxRefusals: 3,
        clock: systemClock,
        scheduler: systemScheduler,
        // The shortest backoff: tests need not wait.
        random: () => 0,
        observer: {
          batch: (outcome) => seen.batches.push(outcome),
          batchFailed: (error) => seen.failures.push(error),
        },
        onParked: (parked) => seen.parked.push(...parked),
        ...options,
      })
      let stopped: Promise<void> | undefined
      const stop = (graceMs: number) => {
        stopped ??= publisher.stop(graceMs).then(() => own.close())
        return stopped
      }
      stops.push(() => stop(1_000))
      return { ...publisher, ...seen, stop }
    },
    rows: async () => (await db.pool.query<Row>('SELECT * FROM outbox_events ORDER BY seq')).rows,
    pending: async () => {
      const { rows } = await db.pool.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM outbox_events WHERE published_at IS NULL AND dead_at IS NULL',
      )
      return rows[0]?.n ?? 0
    },
    stopPublishers: async () => {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

export async function startOutboxTest(): Promise<OutboxTest> {
  const database = await createTestDatabase()
  const unexpected: Error[] = []
  const db = openDatabase(database.url, (error) => unexpected.push(error))
  const { stopPublishers, ...outbox } = outboxOn(db)
  return {
    ...outbox,
    db,
    append: async (aggregates) => {
      const ids = aggregates.map(() => randomUUID())
      await db.pool.query(APPEND, [ids, aggregates])
      return ids
    },
    stop: async () => {
      await stopPublishers()
      await db.close()
      await database.drop()
      if (unexpected[0]) throw unexpected[0]
    },
  }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
