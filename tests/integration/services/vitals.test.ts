import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordSize } from '@/server/services/runner/record-size'
import { recordActivities } from '@/server/services/vitals/record-activity'
import { recordVitals, type VitalsReport } from '@/server/services/vitals/record-vitals'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

const ROUNDS = 5
const TRIES = 10

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 10_000)
})
afterAll(() => test.stop())

const vitalsOf = async (runnerId: string) => test.ctx.db.prisma.runnerVitals.findUnique({ where: { runnerId } })
const report = (runnerId: string, epoch: number, seq: number, memoryBytes = seq): VitalsReport => ({
  runnerId,
  nodeId: test.nodeId,
  epoch,
  seq,
  cpuPercent: 1,
  memoryBytes,
  activity: 'unknown',
})

it('only what is newer by epoch and seq is taken, in any order of arrival', async () => {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  for (const [seq, expected] of [
    [5, 5],
    [4, 5],
    [5, 5],
    [6, 6],
    [1, 6],
  ] as const) {
    await recordVitals(test.ctx, [report(id, 1, seq, seq)])
    expect(Number((await vitalsOf(id))?.memoryBytes)).toBe(expected)
  }
  await test.query('UPDATE runners SET epoch = 2 WHERE id = $1', [id])
  await recordVitals(test.ctx, [report(id, 1, 99)])
  expect(await vitalsOf(id)).toMatchObject({ epoch: 1, seq: 6n })
  await recordVitals(test.ctx, [report(id, 2, 1)])
  expect(await vitalsOf(id)).toMatchObject({ epoch: 2, seq: 1n })
  await recordVitals(test.ctx, [report(id, 3, 1)])
  expect(await vitalsOf(id)).toMatchObject({ epoch: 2, seq: 1n })
})

it('of a runner that is unknown changes nothing, and does not stop the others', async () => {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await recordVitals(test.ctx, [report(randomUUID(), 1, 1), report(id, 1, 1)])
  expect(await vitalsOf(id)).toMatchObject({ seq: 1n })
})

it('of a runner of another node nothing is taken, of its size and what it does neither', async () => {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await test.query(`UPDATE runners SET status = 'running' WHERE id = $1`, [id])
  const forged = { ...report(id, 1, 9), nodeId: randomUUID(), activity: 'idle' as const }
  const detail = { source: 'none' as const, tool: null, subagents: [], todos: [], message: null }
  const say = async ({ nodeId }: { nodeId: string }) => {
    await recordVitals(test.ctx, [{ ...forged, nodeId }])
    await recordActivities(test.ctx, [{ runnerId: id, nodeId, epoch: 1, seq: 9, activity: 'working', detail }])
    await recordSize(test.ctx, nodeId, id, { cols: 7, rows: 7 })
  }
  const state = async () => {
    const { activity, cols } = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
    return { activity, cols, seq: (await vitalsOf(id))?.seq }
  }
  await say(forged)
  expect(await state()).toEqual({ activity: 'unknown', cols: 80, seq: undefined })
  await say(test)
  expect(await state()).toEqual({ activity: 'working', cols: 7, seq: 9n })
})

it('1,000 are one statement, and their updates stay on their page (HOT)', async () => {
  const ids = await test.query<{ id: string }>(
    `INSERT INTO runners (id, project_id, node_id, provider, cwd)
     SELECT gen_random_uuid(), p.id, p.node_id, 'shell', p.path FROM projects p, generate_series(1, 1000)
     WHERE p.name = 'p' RETURNING id`,
  )
  const reports = (seq: number) => ids.map(({ id }) => report(id, 1, seq))
  await recordVitals(test.ctx, reports(1))
  const updates = async () => {
    await test.query('SELECT pg_stat_force_next_flush()')
    const [row] = await test.query<{ all: string; hot: string }>(
      `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname = 'runner_vitals'`,
    )
    return { all: Number(row?.all), hot: Number(row?.hot) }
  }
  const query = vi.spyOn(test.ctx.db.pool, 'query')
  await recordVitals(test.ctx, reports(2))
  const written = query.mock.calls.filter(([sql]) => /INSERT|UPDATE/.test(String(sql)))
  expect(written).toHaveLength(1)
  query.mockRestore()
  let seq = 2
  /** Share of the updates of some rounds that stayed on their page. */
  const hotShare = async (): Promise<number> => {
    const before = await updates()
    for (const last = seq + ROUNDS; seq < last; ) await recordVitals(test.ctx, reports(++seq))
    // At least: what was written before on another connection may be counted only now.
    const counted = async () => expect((await updates()).all - before.all).toBeGreaterThanOrEqual(1_000 * ROUNDS)
    await vi.waitFor(counted, { timeout: 20_000 })
    const after = await updates()
    return (after.hot - before.hot) / (after.all - before.all)
  }
  // While an autoanalyze holds a snapshot no page can be pruned; an index on a column that changes is for ever.
  const shares: number[] = []
  while (shares.length < TRIES && (shares.at(-1) ?? 0) <= 0.99) shares.push(await hotShare())
  expect(shares.at(-1)).toBeGreaterThan(0.99)
})

it('a change of activity is told once, of the living only', async () => {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  const told = () => test.ctx.db.prisma.outboxEvent.count({ where: { aggregateId: id, type: 'runner.activity' } })
  const working = (seq: number): VitalsReport => ({ ...report(id, 1, seq), activity: 'working' })
  await recordVitals(test.ctx, [working(1)])
  expect(await told()).toBe(0) // It is not running yet.
  await test.query(`UPDATE runners SET status = 'running' WHERE id = $1`, [id])
  await recordVitals(test.ctx, [working(2)])
  await recordVitals(test.ctx, [working(3)])
  expect(await told()).toBe(1)
})
