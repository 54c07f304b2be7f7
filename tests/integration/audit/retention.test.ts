import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { configuredAnchorSinks } from '@/server/adapters/anchor/anchor-sinks'
import { setAuditRetention } from '@/server/db/audit-policy'
import { createAnchorKeeper, isAnchorDue } from '@/server/services/audit/keep-anchors'
import { pruneAudit } from '@/server/services/audit/prune-audit'
import { readAnchors } from '@/server/services/audit/read-anchors'
import { verifyChain } from '@/server/services/audit/verify-chain'
import { updateProject } from '@/server/services/project/update-project'
import { type ServiceTest, startServiceTest } from '../services/service-test'

const DAY_MS = 86_400_000
let test: ServiceTest
const directory = mkdtempSync(join(tmpdir(), 'stv-anchors-'))
const file = join(directory, 'anchors.jsonl')

/** One row a day. */
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p')
  await setAuditRetention(test.url, 1)
  for (let day = 1; day < 10; day++) {
    test.clock.now = new Date(test.clock.now.getTime() + DAY_MS)
    await updateProject(test.ctx, { project: 'p', description: `day ${day}` })
  }
})
afterAll(async () => {
  await test.stop()
  rmSync(directory, { recursive: true })
})

const sql = async (...statements: string[]) => {
  const client = await test.ctx.db.pool.connect()
  try {
    await client.query('SET session_replication_role = replica')
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.query('RESET session_replication_role')
    client.release()
  }
}
const verify = () => verifyChain({ ...test.ctx, settings: { ...test.ctx.settings, auditAnchorFile: file } })

describe('retention', () => {
  afterEach(async () => {
    expect(await verifyChain(test.ctx)).toMatchObject({ ok: true })
  })

  it('leaves a signed checkpoint that the chain is verified from, and says what it did', async () => {
    const [first] = await test.query<{ rows: number }>('SELECT count(*)::int AS rows FROM audit_events')
    const rows = await pruneAudit(test.ctx, new Date(test.clock.now.getTime() - 4 * DAY_MS + 1))
    expect(rows).toBeGreaterThan(3)
    const verdict = await verifyChain(test.ctx)
    expect(verdict).toMatchObject({ ok: true, prunedTo: rows, verified: (first?.rows ?? 0) - rows + 1 })
    expect(await test.query('SELECT action, data FROM audit_events ORDER BY seq DESC LIMIT 1')).toEqual([
      { action: 'audit.prune', data: { upTo: rows, rows } },
    ])
  })

  it('is decided by the owner of the tables: without their word nothing goes', async () => {
    await setAuditRetention(test.url, null)
    const old = new Date(test.clock.now.getTime() - 2 * DAY_MS + 1)
    await expect(pruneAudit(test.ctx, old)).rejects.toThrow(/kept for ever/)
    await setAuditRetention(test.url, 36_500)
    await expect(pruneAudit(test.ctx, old)).rejects.toThrow(/cannot be pruned/)
    await setAuditRetention(test.url, 1)
  })

  it('goes on from the last checkpoint, and never takes the newest row', async () => {
    const before = (await verifyChain(test.ctx)).prunedTo
    expect(await pruneAudit(test.ctx, new Date(test.clock.now.getTime() - 2 * DAY_MS + 1))).toBe(2)
    expect((await verifyChain(test.ctx)).prunedTo).toBe(before + 2)
    expect(await pruneAudit(test.ctx, new Date(test.clock.now.getTime() - 2 * DAY_MS + 1))).toBe(0)
    await pruneAudit(test.ctx, new Date(test.clock.now.getTime() + DAY_MS))
    const left = await test.query('SELECT action FROM audit_events ORDER BY seq')
    expect(left).toEqual([{ action: 'audit.prune' }, { action: 'audit.prune' }])
  })

  it.each([
    ['a forged checkpoint', `UPDATE audit_checkpoints SET signature = '\\x00'`, 'checkpoint'],
    ['a checkpoint that was moved', 'UPDATE audit_checkpoints SET seq = seq + 1', 'checkpoint'],
    ['a removed checkpoint', 'DELETE FROM audit_checkpoints', 'missing'],
  ])('finds %s', async (_what, statement, fault) => {
    await sql('CREATE TABLE kept AS TABLE audit_checkpoints', statement)
    expect(await verifyChain(test.ctx)).toMatchObject({ ok: false, firstBad: { fault } })
    await sql('TRUNCATE audit_checkpoints', 'INSERT INTO audit_checkpoints SELECT * FROM kept', 'DROP TABLE kept')
  })
})

it('anchors the end when it has changed enough or long enough ago', () => {
  const pace = { everyMs: 1000, everyRows: 10 }
  const due = (seq: number, ms: number) => isAnchorDue(pace, { seq: 5, ms: 0 }, { seq, mac: '' }, ms)
  expect(isAnchorDue(pace, null, { seq: 0, mac: '' }, 0)).toBe(true)
  expect([due(5, 9999), due(6, 999), due(14, 999)]).toEqual([false, false, false])
  expect([due(6, 1000), due(15, 0)]).toEqual([true, true])
})

it('keeps anchors in a file, once for each end, and compares the chain with those of this installation', async () => {
  const [sink] = configuredAnchorSinks({ auditAnchorFile: file, auditAnchorUrl: undefined })
  if (sink === undefined) throw new Error('a file is a sink')
  const keeper = createAnchorKeeper(test.ctx, sink)
  await keeper.keep()
  await keeper.keep(true)
  expect(await readAnchors(test.ctx, file)).toHaveLength(1)
  await updateProject(test.ctx, { project: 'p', description: 'one more' })
  await keeper.keep(true)
  await sink.keep(JSON.stringify({ installation: 'another', seq: 999, mac: '', at: test.clock.now.toISOString() }))
  expect(await verify()).toMatchObject({ ok: true, anchors: 2 })
  const tip = await test.query<{ seq: string }>('SELECT seq FROM audit_tip')
  const last = Number(tip[0]?.seq)
  await sql(
    'CREATE TABLE kept_row AS SELECT * FROM audit_events ORDER BY seq DESC LIMIT 1',
    'DELETE FROM audit_events WHERE seq = (SELECT seq FROM audit_tip)',
    'UPDATE audit_tip SET seq = e.seq, mac = e.mac FROM (SELECT * FROM audit_events ORDER BY seq DESC LIMIT 1) e',
  )
  expect(await verifyChain(test.ctx)).toMatchObject({ ok: true })
  expect(await verify()).toMatchObject({ ok: false, firstBad: { seq: last, fault: 'anchor' } })
})
