import { setTimeout as delay } from 'node:timers/promises'
import { publishConfirmed } from './bench-queue'
import type { Contender } from './contender'
import type { EventFixture } from './fixture'

/** As the textbook has it, and the program Stratavore succeeds did. */
const BATCH = 50
const POLL_MS = 2_000

/** An outbox that is looked at every two seconds, 50 rows at a time, published and marked one by one. */
export async function slowPoll({ pool, amqp }: EventFixture, queue: string): Promise<Contender> {
  await pool.query('CREATE TABLE slow_outbox (seq bigserial PRIMARY KEY, id uuid NOT NULL, published_at timestamptz)')
  await pool.query('CREATE INDEX ON slow_outbox (seq) WHERE published_at IS NULL')
  const channel = await amqp.createConfirmChannel()
  const stopping = new AbortController()
  let loop: Promise<void> = Promise.resolve()
  const poll = async () => {
    while (!stopping.signal.aborted) {
      const { rows } = await pool.query<{ seq: string; id: string }>(
        'SELECT seq, id FROM slow_outbox WHERE published_at IS NULL ORDER BY seq LIMIT $1',
        [BATCH],
      )
      for (const row of rows) {
        await publishConfirmed(channel, queue, row.id)
        await pool.query('UPDATE slow_outbox SET published_at = now() WHERE seq = $1', [row.seq])
      }
      await delay(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  return {
    name: 'poll every 2 s',
    append: async (client, event) => {
      await client.query('INSERT INTO slow_outbox (id) VALUES ($1)', [event.id])
    },
    fill: async (count) => {
      await pool.query('INSERT INTO slow_outbox (id) SELECT gen_random_uuid() FROM generate_series(1, $1)', [count])
    },
    start: async () => {
      loop = poll()
    },
    stop: async () => {
      stopping.abort()
      await loop
      await channel.close()
    },
  }
}
