import { randomUUID } from 'node:crypto'
import type { Contender } from './contender'
import { RUNNERS } from './contender'
import type { EventFixture } from './fixture'

/**
 * Commits events at a steady rate while the contender delivers; returns how long each took from its COMMIT to the
 * consumer, milliseconds, and what share had arrived when the writer was done and `graceMs` were over.
 */
export async function measureLatency(
  { pool }: EventFixture,
  contender: Contender,
  arrivals: { expect(id: string): Promise<number> },
  options: { perSecond: number; seconds: number; graceMs: number },
): Promise<{ samples: number[]; arrived: number }> {
  const count = options.perSecond * options.seconds
  const samples: number[] = []
  const writes: Promise<void>[] = []
  const startedAt = performance.now()
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index / options.perSecond) * 1000
    // A timer is no finer than a millisecond: what is due by now goes at once.
    const waitMs = dueAt - performance.now()
    if (waitMs >= 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
    writes.push(write(index))
  }
  await Promise.all(writes)
  await new Promise((resolve) => setTimeout(resolve, options.graceMs))
  return { samples: [...samples], arrived: samples.length / count }

  async function write(index: number): Promise<void> {
    const id = randomUUID()
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await contender.append(client, { id, runner: index % RUNNERS })
      const committedAt = performance.now()
      void arrivals.expect(id).then((arrivedAt) => samples.push(arrivedAt - committedAt))
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }
}
