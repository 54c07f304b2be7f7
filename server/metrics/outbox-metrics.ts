import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { PublishFailure } from '../core/ports/broker'
import type { Database } from '../db/database'
import type { PrunerObserver, PublisherObserver } from '../outbox/publisher-observer'
import { DELIVERY_BUCKETS, FAST_BUCKETS } from './buckets'
import { readRows } from './read-rows'

/** Every way a publish can fail. A record, so that a new kind cannot be forgotten here. */
const FAILURES: Record<PublishFailure, true> = {
  nacked: true,
  returned: true,
  timeout: true,
  channel_closed: true,
  connection_lost: true,
  blocked: true,
}

/** What waits and what is parked. Each part asks a partial index: what was delivered does not make it slower. */
export const OUTBOX_QUERY = `
  SELECT (SELECT count(*) FROM outbox_events WHERE published_at IS NULL AND dead_at IS NULL) AS pending,
         (SELECT occurred_at FROM outbox_events WHERE published_at IS NULL AND dead_at IS NULL
           ORDER BY seq LIMIT 1) AS oldest,
         (SELECT count(*) FROM outbox_events WHERE dead_at IS NOT NULL) AS dead`

/** The outbox: what waits in it (from the database), and how its publisher does (as it tells). */
export function registerOutboxMetrics(registry: Registry, db: Pick<Database, 'pool'>, now: () => Date) {
  const registers = [registry]
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const pending = gauge('stratavore_outbox_pending', 'Events committed and not yet delivered to the broker.')
  const oldest = gauge('stratavore_outbox_oldest_seconds', 'Age of the oldest event of these; 0 when there is none.')
  const dead = gauge('stratavore_outbox_dead', 'Events parked because the broker kept refusing them.')

  const attempts = new Counter({
    name: 'stratavore_outbox_attempts_total',
    help: 'Attempts to publish an event, by result.',
    labelNames: ['result'],
    registers,
  })
  for (const result of ['published', ...Object.keys(FAILURES)]) attempts.inc({ result }, 0)
  const parked = counter('stratavore_outbox_parked_total', 'Events that this daemon parked as dead.')
  const failedBatches = counter('stratavore_outbox_batch_failures_total', 'Batches whose transaction failed.')
  const prunedEvents = counter('stratavore_outbox_pruned_total', 'Delivered events removed because of their age.')
  const failedPrunes = counter('stratavore_outbox_prune_failures_total', 'Rounds of pruning that failed.')

  const batchEvents = new Histogram({
    name: 'stratavore_outbox_batch_events',
    help: 'Events claimed by one batch.',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
    registers,
  })
  const timed = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers })
  const batchTime = timed('stratavore_outbox_batch_seconds', 'From the claim of a batch to its commit.', FAST_BUCKETS)
  const confirm = timed('stratavore_outbox_confirm_seconds', "From publish to the broker's confirm.", FAST_BUCKETS)
  const publish = timed(
    'stratavore_outbox_publish_seconds',
    "From the change to the broker's confirm.",
    DELIVERY_BUCKETS,
  )
  const delivery = timed(
    'stratavore_event_delivery_seconds',
    "From the change to the daemon's own consumer having its event.",
    DELIVERY_BUCKETS,
  )

  const publisher: PublisherObserver = {
    batch: (outcome) => {
      batchEvents.observe(outcome.claimed)
      batchTime.observe(outcome.batchSeconds)
      attempts.inc({ result: 'published' }, outcome.published)
      for (const [result, count] of Object.entries(outcome.failedByKind)) attempts.inc({ result }, count)
      parked.inc(outcome.deadNow)
      for (const seconds of outcome.confirmSeconds) confirm.observe(seconds)
      for (const seconds of outcome.publishSeconds) publish.observe(seconds)
    },
    batchFailed: () => failedBatches.inc(),
  }
  const pruner: PrunerObserver = {
    pruned: ({ events }) => prunedEvents.inc(events),
    failed: () => failedPrunes.inc(),
  }

  return {
    publisher,
    pruner,
    /** An event reached the daemon's own consumer so long after its change. */
    delivered: (seconds: number): void => delivery.observe(Math.max(0, seconds)),
    read: async (): Promise<void> => {
      const [row] = await readRows<{ pending: string; oldest: Date | null; dead: string }>(db, OUTBOX_QUERY)
      pending.set(Number(row?.pending ?? 0))
      oldest.set(row?.oldest ? Math.max(0, now().getTime() - row.oldest.getTime()) / 1000 : 0)
      dead.set(Number(row?.dead ?? 0))
    },
  }
}
