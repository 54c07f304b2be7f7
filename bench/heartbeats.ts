import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { createKnownValues } from '@/contracts/redaction/known-values'
import { DAEMON_ACTOR } from '@/server/core/actor'
import { systemClock } from '@/server/core/clock'
import { sealingKey } from '@/server/core/key-ring'
import { openDatabase } from '@/server/db/database'
import { ensureDatabase } from '@/server/db/embedded-postgres/ensure-database'
import { startEmbeddedPostgres } from '@/server/db/embedded-postgres/start'
import { migrate } from '@/server/db/migrate'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { checkout } from '../tests/support/checkout'
import { createTempHome } from '../tests/support/temp-home'
import type { Figure } from './statistics'

const sealing = sealingKey(Buffer.alloc(32))

const RUNNERS = 1_000
/** Reports of all runners, written with one statement each. */
const BULK_ROUNDS = 200
/** The other way: one UPDATE per runner, on this many connections. */
const CONNECTIONS = 8
const SINGLE_ROUNDS = 5

/** Heartbeats written per second: in bulk, as the daemon does, beside one UPDATE each; and what the table grew by. */
export async function measureHeartbeats(): Promise<Figure[]> {
  const directory = createTempHome('stv-bench-')
  const postgres = await startEmbeddedPostgres({ directory: directory.path })
  await ensureDatabase(postgres.url('postgres'), 'bench')
  const url = postgres.url('bench')
  await migrate(url, join(checkout, 'prisma/migrations'))
  const db = openDatabase(url, (error) => process.stderr.write(`${error.message}\n`))
  try {
    const runners = await insertRunners(db.pool)
    const ctx = {
      db,
      clock: systemClock,
      actor: DAEMON_ACTOR,
      requestId: null,
      keys: {
        audit: { id: 'bench', secret: Buffer.alloc(32) },
        secrets: { current: () => sealing, all: () => [sealing] },
        known: createKnownValues([]),
      },
    }
    const reportsOf = (seq: number) =>
      runners.map((runner) => ({
        ...runner,
        epoch: 1,
        seq,
        cpuPercent: seq % 100,
        memoryBytes: seq * 1000,
        activity: 'unknown' as const,
      }))
    await recordVitals(ctx, reportsOf(1))
    const { rows: sizes } = await db.pool.query<{ bytes: string }>(`SELECT pg_relation_size('runner_vitals') AS bytes`)
    const bulkStart = performance.now()
    for (let round = 0; round < BULK_ROUNDS; round += 1) await recordVitals(ctx, reportsOf(round + 2))
    const bulk = (RUNNERS * BULK_ROUNDS) / ((performance.now() - bulkStart) / 1000)
    const hot = await hotShare(db.pool)
    const { rows: after } = await db.pool.query<{ bytes: string }>(`SELECT pg_relation_size('runner_vitals') AS bytes`)
    const single = await updateOneByOne(
      url,
      runners.map(({ runnerId }) => runnerId),
    )
    return [
      { name: 'heartbeats in bulk', unit: '/s', value: bulk },
      { name: `heartbeats, one UPDATE each, ${CONNECTIONS} connections`, unit: '/s', value: single },
      { name: 'bulk against one each', unit: '×', value: bulk / single },
      { name: 'HOT updates', unit: '%', value: hot },
      {
        name: `table growth over ${BULK_ROUNDS} rounds`,
        unit: 'MB',
        value: (Number(after[0]?.bytes) - Number(sizes[0]?.bytes)) / 1024 / 1024,
      },
    ]
  } finally {
    await db.close()
    await postgres.stop()
    directory.remove()
  }
}

async function insertRunners(pool: pg.Pool): Promise<{ runnerId: string; nodeId: string }[]> {
  const [node, project] = [randomUUID(), randomUUID()]
  await pool.query(`INSERT INTO nodes (id, name, kind) VALUES ($1, 'bench', 'local')`, [node])
  await pool.query(
    `INSERT INTO projects (id, name, name_key, path, node_id, updated_at) VALUES ($1, 'bench', 'bench', '/', $2, now())`,
    [project, node],
  )
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO runners (id, project_id, node_id, provider, status, cwd)
     SELECT gen_random_uuid(), $1, $2, 'shell', 'running', '/' FROM generate_series(1, $3) RETURNING id`,
    [project, node, RUNNERS],
  )
  return rows.map(({ id }) => ({ runnerId: id, nodeId: node }))
}

/** Per cent of updates that touched no index. The statistics are written when a backend is idle, so they are asked of a fresh one. */
async function hotShare(pool: pg.Pool): Promise<number> {
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ share: number }>(
    `SELECT 100.0 * n_tup_hot_upd / nullif(n_tup_upd, 0) AS share FROM pg_stat_user_tables WHERE relname = 'runner_vitals'`,
  )
  return Number(rows[0]?.share)
}

async function updateOneByOne(url: string, ids: readonly string[]): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS })
  const queue = Array.from({ length: SINGLE_ROUNDS }, () => ids).flat()
  const total = queue.length
  const work = async () => {
    for (let id = queue.pop(); id; id = queue.pop()) {
      await pool.query('UPDATE runner_vitals SET heartbeat_at = now(), seq = seq + 1 WHERE runner_id = $1', [id])
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  const perSecond = total / ((performance.now() - startedAt) / 1000)
  await pool.end()
  return perSecond
}
