import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { openAmqpBroker } from '@/server/adapters/amqp/amqp-broker'
import { systemClock } from '@/server/core/clock'
import { EVENTS_EXCHANGE } from '@/server/core/ports/broker'
import { systemScheduler } from '@/server/core/scheduler'
import { openDatabase } from '@/server/db/database'
import { EVENTS_CHANNEL, listen } from '@/server/db/listen'
import { startPublisher } from '@/server/outbox/publisher'
import { MESSAGE_BYTES } from './bench-queue'
import { type Contender, RUNNERS } from './contender'
import type { EventFixture } from './fixture'

/** Queues of Stratavore's own that would get the events too: only the one that is measured stays bound. */
const OWN_QUEUES = ['stratavore.daemon.events', 'stratavore.metrics', 'stratavore.alerts']

/** An envelope is some 450 bytes around its data: the whole is about as long as the others' messages. */
const FILLING = 'x'.repeat(Math.max(0, MESSAGE_BYTES - 450))

/** As server/outbox/append does it: the commit order is taken, the row written, the news told. */
const APPEND = `
  WITH appended AS (
    INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, project, actor_kind, actor_name, data, occurred_at)
    VALUES ($1, 'project.updated', 'project.updated.bench', 'project', $2, 'bench', 'system', 'bench', $3, now())
  )
  SELECT 1 FROM (SELECT pg_notify($4, '')) AS told`

const FILL = `
  INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, project, actor_kind, actor_name, data, occurred_at)
  SELECT gen_random_uuid(), 'project.updated', 'project.updated.bench', 'project', 'runner-' || n % $2, 'bench', 'system', 'bench', $3, now()
    FROM generate_series(1, $1) AS n`

/** Ours: the publisher as the daemon runs it. */
export async function outbox({ pool, databaseUrl, amqpUrl, amqp }: EventFixture, queue: string): Promise<Contender> {
  const log = (error: unknown) => process.stderr.write(`outbox: ${String(error)}\n`)
  const db = openDatabase(databaseUrl, log)
  const data = JSON.stringify({ variable: FILLING })
  let stop: () => Promise<void> = async () => {}
  return {
    name: 'outbox',
    append: async (client: pg.PoolClient, event) => {
      await client.query('SELECT seq FROM audit_tip WHERE id = 1 FOR UPDATE')
      await client.query(APPEND, [event.id, `runner-${event.runner}`, data, EVENTS_CHANNEL])
    },
    fill: async (count) => {
      await pool.query(FILL, [count, RUNNERS, data])
    },
    start: async () => {
      const broker = openAmqpBroker({ url: amqpUrl, quorumQueues: false, now: systemClock.now, random: Math.random })
      await new Promise<void>((resolve) => {
        broker.onStatus((status) => status.state === 'ready' && resolve())
        if (broker.status().state === 'ready') resolve()
      })
      const channel = await amqp.createChannel()
      await channel.bindQueue(queue, EVENTS_EXCHANGE, '#')
      for (const own of OWN_QUEUES) await channel.deleteQueue(own)
      await channel.close()
      const publisher = startPublisher({
        db,
        broker,
        installationId: randomUUID(),
        maxRefusals: 12,
        clock: systemClock,
        scheduler: systemScheduler,
        random: Math.random,
        observer: { batch: () => {}, batchFailed: log },
        onParked: (parked) => log(`${parked.length} parked`),
      })
      const listener = listen(databaseUrl, [EVENTS_CHANNEL], {
        onNotify: () => publisher.wake(),
        onConnect: () => publisher.wake(),
        onError: log,
      })
      stop = async () => {
        await listener.close()
        await publisher.stop(5_000)
        await broker.close()
      }
    },
    stop: async () => {
      await stop()
      await db.close()
    },
  }
}
