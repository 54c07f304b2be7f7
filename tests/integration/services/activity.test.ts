import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import type { RunnerActivity } from '@/contracts/runner/status'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordActivities } from '@/server/services/vitals/record-activity'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 10_000)
})
afterAll(() => test.stop())

const detail = (message: string | null): ActivityDetail => ({
  source: 'program-status',
  tool: null,
  subagents: [],
  todos: [],
  message,
})
const launched = async (): Promise<string> => {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await test.query(`UPDATE runners SET status = 'running' WHERE id = $1`, [id])
  return id
}
const report = (runnerId: string, seq: number, activity: RunnerActivity, message: string | null = null, epoch = 1) =>
  recordActivities(test.ctx, [{ runnerId, nodeId: test.nodeId, epoch, seq, activity, detail: detail(message) }])
const heartbeat = (runnerId: string, seq: number, activity: RunnerActivity, activitySeq: number) =>
  recordVitals(test.ctx, [
    { runnerId, nodeId: test.nodeId, epoch: 1, seq, cpuPercent: 0, memoryBytes: 0, activity, activitySeq },
  ])
const state = async (id: string) => {
  const row = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
  return [row.activity, (row.activityDetail as ActivityDetail | null)?.message ?? null, Number(row.activitySeq)]
}
const told = async (id: string) => {
  const rows = await test.ctx.db.prisma.outboxEvent.findMany({
    where: { aggregateId: id, type: 'runner.activity' },
    orderBy: { seq: 'asc' },
  })
  return rows.map((row) => (row.data as { activity: string }).activity)
}

it('the newest report counts, in any order of arrival; only another activity is an event', async () => {
  const id = await launched()
  await report(id, 1, 'working', 'first')
  test.clock.now = new Date(test.clock.now.getTime() + 5_000)
  await report(id, 3, 'working', 'third')
  await report(id, 2, 'idle', 'late')
  await report(id, 3, 'idle', 'repeated')
  expect(await state(id)).toEqual(['working', 'third', 3])
  expect(await told(id)).toEqual(['working'])
  // A detail does not restart the clock.
  const row = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
  expect(test.clock.now.getTime() - row.activitySince.getTime()).toBe(5_000)
  await report(id, 4, 'waiting_permission')
  expect(await told(id)).toEqual(['working', 'waiting_permission'])
})

it('half a character costs neither its own report nor those that come with it', async () => {
  const [id, other] = [await launched(), await launched()]
  const { nodeId } = test
  await recordActivities(test.ctx, [
    { runnerId: id, nodeId, epoch: 1, seq: 1, activity: 'working', detail: detail('cut in two: \ud83d') },
    { runnerId: other, nodeId, epoch: 1, seq: 1, activity: 'working', detail: detail('its neighbour') },
  ])
  expect(await state(id)).toEqual(['working', 'cut in two: \ufffd', 1])
  expect(await state(other)).toEqual(['working', 'its neighbour', 1])
})

it('of an earlier life, and of a runner that has ended, nothing is taken', async () => {
  const id = await launched()
  await test.query('UPDATE runners SET epoch = 2 WHERE id = $1', [id])
  await report(id, 1, 'working', null, 1)
  expect(await state(id)).toEqual(['unknown', null, 0])
  await test.query(`UPDATE runners SET status = 'terminated' WHERE id = $1`, [id])
  await report(id, 1, 'working', null, 2)
  expect(await state(id)).toEqual(['unknown', null, 0])
})

it('a heartbeat makes up for a report that was lost, and never overwrites what is newer', async () => {
  const id = await launched()
  await report(id, 2, 'working', 'second')
  await heartbeat(id, 1, 'idle', 1)
  await heartbeat(id, 2, 'idle', 2)
  expect(await state(id)).toEqual(['working', 'second', 2])
  await heartbeat(id, 3, 'idle', 3)
  expect(await state(id)).toEqual(['idle', 'second', 2])
  // The report itself came after all.
  await report(id, 3, 'idle', 'third')
  expect(await state(id)).toEqual(['idle', 'third', 3])
  expect(await told(id)).toEqual(['working', 'idle'])
})

it('what an agent of before says in its heartbeats counts as long as nobody reports', async () => {
  const id = await launched()
  await heartbeat(id, 1, 'working', 0)
  expect(await state(id)).toEqual(['working', null, 0])
  await report(id, 1, 'idle')
  await heartbeat(id, 2, 'working', 0)
  expect(await state(id)).toEqual(['idle', null, 1])
})
