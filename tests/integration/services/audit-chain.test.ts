import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditFault } from '@/contracts/audit/audit'
import { auditMac } from '@/server/core/audit-chain'
import { verifyChain } from '@/server/services/audit/verify-chain'
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

/** The first bad row and what is wrong with it; null when the chain is whole. */
async function firstBadRow(): Promise<[number, AuditFault] | null> {
  const { ok, firstBad } = await verifyChain(test.ctx)
  expect(ok).toBe(firstBad === null)
  return firstBad && [firstBad.seq, firstBad.fault]
}

it('recomputes over all rows', async () => {
  expect(await test.ctx.db.prisma.auditEvent.count()).toBeGreaterThan(40)
  expect(await firstBadRow()).toBeNull()
})

/** As somebody who may switch the triggers off: what guards the rows must not be what finds the change. */
async function tamper(sql: string, values: unknown[] = []): Promise<void> {
  const client = await test.ctx.db.pool.connect()
  try {
    await client.query('SET session_replication_role = replica')
    await client.query(sql, values)
  } finally {
    await client.query('RESET session_replication_role')
    client.release()
  }
}

it.each([
  `UPDATE audit_events SET actor_name = 'mallory' WHERE seq = 7`,
  'DELETE FROM audit_events WHERE seq = 12',
  'TRUNCATE audit_events',
  'UPDATE audit_tip SET seq = seq - 1',
  'UPDATE audit_tip SET seq = seq + 2',
  'DELETE FROM audit_tip',
  'TRUNCATE audit_tip',
])('refuses, even for the owner of the tables: %s', async (sql) => {
  await expect(test.ctx.db.pool.query(sql)).rejects.toMatchObject({ code: '42501' })
  expect(await firstBadRow()).toBeNull()
})

it.each([
  ['a changed actor', `UPDATE audit_events SET actor_name = 'mallory' WHERE seq = 7`, [7, 'changed']],
  ['a changed address', `UPDATE audit_events SET remote_addr = '10.0.0.1' WHERE seq = 8`, [8, 'changed']],
  ['a row turned into one of before', 'UPDATE audit_events SET version = 1 WHERE seq = 8', [8, 'changed']],
  ['a changed time', `UPDATE audit_events SET at = at + interval '1 ms' WHERE seq = 9`, [9, 'changed']],
  ['changed data', `UPDATE audit_events SET data = data || '{"x": 1}' WHERE seq = 5`, [5, 'changed']],
  ['a row taken out', 'DELETE FROM audit_events WHERE seq = 12', [12, 'missing']],
  ['a cut tail', 'DELETE FROM audit_events WHERE seq > 30', [31, 'missing']],
  ['all rows gone', 'DELETE FROM audit_events', [1, 'missing']],
  ['a row of another key', `UPDATE audit_events SET key_id = 'k2' WHERE seq = 6`, [6, 'unknown_key']],
  [
    'two rows swapped',
    'UPDATE audit_events SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4)',
    [3, 'changed'],
  ],
])('finds %s', async (_what, sql, found) => {
  const { pool } = test.ctx.db
  await pool.query('CREATE TABLE kept AS TABLE audit_events')
  try {
    await tamper(sql)
    await tamper('UPDATE audit_events SET seq = -seq WHERE seq < 0')
    expect(await firstBadRow()).toEqual(found)
  } finally {
    await tamper('TRUNCATE audit_events')
    await pool.query('INSERT INTO audit_events SELECT * FROM kept')
    await pool.query('DROP TABLE kept')
  }
  expect(await firstBadRow()).toBeNull()
})

it('finds a recorded end that is another', async () => {
  const [tip] = await test.query<{ seq: string; mac: Buffer }>('SELECT seq, mac FROM audit_tip')
  const end = Number(tip?.seq)
  await tamper('UPDATE audit_tip SET seq = seq - 1')
  expect(await firstBadRow()).toEqual([end, 'beyond'])
  await tamper(`UPDATE audit_tip SET seq = $1, mac = '\\x00'`, [tip?.seq])
  expect(await firstBadRow()).toEqual([end + 1, 'tip'])
  await tamper('UPDATE audit_tip SET seq = $1, mac = $2', [tip?.seq, tip?.mac])
  expect(await verifyChain(test.ctx)).toMatchObject({ ok: true, verified: end })
})

it('cannot be forged without the key', async () => {
  const last = await test.ctx.db.prisma.auditEvent.findFirstOrThrow({ orderBy: { seq: 'desc' } })
  const forged = auditMac(
    { id: 'k1', secret: Buffer.alloc(32) },
    { ...last, seq: Number(last.seq), at: last.at.toISOString(), version: 2 },
    last.mac,
  )
  await tamper('UPDATE audit_events SET mac = $1 WHERE seq = $2', [forged, last.seq.toString()])
  expect(await firstBadRow()).toEqual([Number(last.seq), 'changed'])
  await tamper('UPDATE audit_events SET mac = $1 WHERE seq = $2', [Buffer.from(last.mac), last.seq.toString()])
})
