import { randomUUID } from 'node:crypto'
import type { Figure } from '../statistics'
import type { Contender } from './contender'
import { RUNNERS } from './contender'
import type { EventFixture } from './fixture'

const WRITERS = 8
const WRITE_MS = 5_000

/** Eight writers commit as fast as they can: how fast that is, and how much of it is delivered in the same time. */
export async function measureWriters(
  { pool }: EventFixture,
  contender: Contender,
  arrivals: { total(): number },
): Promise<Figure[]> {
  const before = arrivals.total()
  const startedAt = performance.now()
  let committed = 0
  const write = async () => {
    const client = await pool.connect()
    try {
      while (performance.now() - startedAt < WRITE_MS) {
        await client.query('BEGIN')
        await contender.append(client, { id: randomUUID(), runner: committed % RUNNERS })
        await client.query('COMMIT')
        committed += 1
      }
    } finally {
      client.release()
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  const seconds = (performance.now() - startedAt) / 1000
  return [
    { name: `${contender.name}: committed by ${WRITERS} writers`, unit: '/s', value: committed / seconds },
    { name: `${contender.name}: delivered meanwhile`, unit: '/s', value: (arrivals.total() - before) / seconds },
  ]
}
