import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditMac } from '@/server/core/audit-chain'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { stopRunner } from '@/server/services/runner/stop-runner'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 100)
  // At the same time, so that the chain is made under contention.
  const runners = await Promise.all(Array.from({ length: 20 }, () => launchRunner(test.ctx, launchOf('p'))))
  await Promise.all(runners.map(({ id }) => stopRunner(test.ctx, { id, force: true, graceMs: 0 })))
})
afterAll(() => test.stop())

/** The seq of the first row whose MAC is not what it must be; `tip` when the chain's end is missing; null when whole. */
async function firstBadRow(): Promise<bigint | 'tip' | null> {
  const rows = await test.ctx.db.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } })
  const start = await test.ctx.db.pool.query<{ mac: Buffer }>(`SELECT '\\x'::bytea AS mac`)
  let previous: Uint8Array = start.rows[0]?.mac ?? new Uint8Array()
  let seq = 0n
  for (const row of rows) {
    seq += 1n
    const mac = auditMac(test.ctx.keys.audit, { ...row, at: row.at.toISOString() }, previous)
    if (row.seq !== seq || !mac.equals(Buffer.from(row.mac))) return seq
    previous = row.mac
  }
  const tip = await test.ctx.db.prisma.auditTip.findUniqueOrThrow({ where: { id: 1 } })
  return tip.seq === seq && Buffer.from(tip.mac).equals(Buffer.from(previous)) ? null : 'tip'
}

it('recomputes over all rows', async () => {
  expect(await test.ctx.db.prisma.auditEvent.count()).toBeGreaterThan(40)
  expect(await firstBadRow()).toBeNull()
})

it.each([
  ['a changed actor', `UPDATE audit_events SET actor_name = 'mallory' WHERE seq = 7`, 7n],
  ['a changed time', `UPDATE audit_events SET at = at + interval '1 ms' WHERE seq = 9`, 9n],
  ['changed data', `UPDATE audit_events SET data = data || '{"x": 1}' WHERE seq = 5`, 5n],
  ['a row taken out', 'DELETE FROM audit_events WHERE seq = 12', 12n],
  ['a cut tail', 'DELETE FROM audit_events WHERE seq > 30', 'tip'],
  [
    'two rows swapped',
    'UPDATE audit_events SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4)',
    3n,
  ],
])('finds %s', async (_what, sql, found) => {
  const { pool } = test.ctx.db
  await pool.query('CREATE TABLE kept AS TABLE audit_events')
  try {
    await pool.query(sql)
    await pool.query('UPDATE audit_events SET seq = -seq WHERE seq < 0')
    expect(await firstBadRow()).toBe(found)
  } finally {
    await pool.query('TRUNCATE audit_events')
    await pool.query('INSERT INTO audit_events SELECT * FROM kept')
    await pool.query('DROP TABLE kept')
  }
  expect(await firstBadRow()).toBeNull()
})

it('cannot be forged without the key', async () => {
  const { pool } = test.ctx.db
  const last = await test.ctx.db.prisma.auditEvent.findFirstOrThrow({ orderBy: { seq: 'desc' } })
  const forged = auditMac({ id: 'k1', secret: Buffer.alloc(32) }, { ...last, at: last.at.toISOString() }, last.mac)
  await pool.query('UPDATE audit_events SET mac = $1 WHERE seq = $2', [forged, last.seq.toString()])
  expect(await firstBadRow()).toBe(last.seq)
  await pool.query('UPDATE audit_events SET mac = $1 WHERE seq = $2', [Buffer.from(last.mac), last.seq.toString()])
})
