import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BindingCause } from '@/contracts/agent-protocol/activity'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { bindSession } from '@/server/services/session/bind-session'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let nodeId: string
const T0 = new Date('2026-01-02T03:04:05.678Z').getTime()
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 10_000)
  nodeId = (await test.ctx.db.prisma.node.findFirstOrThrow()).id
})
afterAll(() => test.stop())

/** A running one of Claude Code, and the session it was launched with. */
async function running(): Promise<{ id: string; first: string }> {
  test.clock.now = new Date(T0)
  const { id, sessionId } = await launchRunner(test.ctx, { ...launchOf('p'), provider: 'claude' })
  await test.query(`UPDATE runners SET status = 'running' WHERE id = $1`, [id])
  if (sessionId === null) throw new Error('it has no session')
  return { id, first: sessionId }
}
const bind = (
  runnerId: string,
  providerSessionId: string,
  seconds: number,
  more: { cause?: BindingCause; epoch?: number } = {},
) =>
  bindSession(test.ctx, nodeId, {
    runnerId,
    epoch: more.epoch ?? 1,
    providerSessionId,
    cause: more.cause ?? 'clear',
    cwd: '/tmp',
    model: 'model-1',
    at: T0 + seconds * 1000,
  })
const bindings = async (runnerId: string) => {
  const rows = await test.ctx.db.prisma.sessionBinding.findMany({
    where: { runnerId },
    orderBy: [{ boundAt: 'asc' }, { epoch: 'asc' }],
  })
  const seconds = (at: Date | null) => at && (at.getTime() - T0) / 1000
  return rows.map((row) => [row.sessionId, row.cause, seconds(row.boundAt), seconds(row.releasedAt)])
}
const holder = async (id: string) =>
  (await test.ctx.db.prisma.session.findUniqueOrThrow({ where: { id } })).leaseRunnerId
const events = async (subject: string) => {
  const rows = await test.ctx.db.prisma.outboxEvent.findMany({
    where: { aggregateId: subject },
    orderBy: { seq: 'asc' },
  })
  return rows.map((row) => row.type)
}
const audits = () => test.ctx.db.prisma.auditEvent.count({ where: { action: 'session.bind' } })

it('the lease moves to the session a program has opened, once however often it is told', async () => {
  const { id, first } = await running()
  const second = randomUUID()
  const before = await audits()
  await bind(id, first, 1, { cause: 'launch' })
  expect(await audits()).toBe(before)
  await bind(id, second, 10)
  await bind(id, second, 10)
  expect(await audits()).toBe(before + 1)
  expect(await bindings(id)).toEqual([
    [first, 'launch', 0, 10],
    [second, 'clear', 10, null],
  ])
  expect([await holder(first), await holder(second)]).toEqual([null, id])
  expect(await events(first)).toEqual(['session.created', 'session.ended'])
  expect(await events(second)).toEqual(['session.created', 'session.bound'])
  const runner = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
  expect(runner.sessionId).toBe(second)
  // Back to the first, as `/resume` does; then a late repeat of what was before.
  await bind(id, first, 20, { cause: 'resume' })
  await bind(id, second, 10)
  expect((await bindings(id)).map(([session, cause]) => [session, cause])).toEqual([
    [first, 'launch'],
    [second, 'clear'],
    [first, 'resume'],
  ])
  expect(await holder(first)).toBe(id)
})

it('a session that another live runner holds is shared, told, and never stolen', async () => {
  const owner = await running()
  const other = await running()
  await bind(other.id, owner.first, 5, { cause: 'resume' })
  expect(await holder(owner.first)).toBe(owner.id)
  expect((await bindings(other.id)).at(-1)).toEqual([owner.first, 'resume', 5, null])
  expect(await events(owner.first)).toContain('system.alert')
  expect(await holder(other.first)).toBeNull()
})

it('another life, another node and an unknown runner are refused', async () => {
  const { id, first } = await running()
  await expect(bind(id, randomUUID(), 1, { epoch: 2 })).rejects.toMatchObject({ code: 'invalid_state' })
  await expect(bind(randomUUID(), randomUUID(), 1)).rejects.toMatchObject({ code: 'not_found' })
  nodeId = randomUUID()
  await expect(bind(id, randomUUID(), 1)).rejects.toMatchObject({ code: 'not_found' })
  nodeId = (await test.ctx.db.prisma.node.findFirstOrThrow()).id
  expect(await bindings(id)).toEqual([[first, 'launch', 0, null]])
})

it('a runner’s end ends its session and its binding; what is told late is kept as history', async () => {
  const { id, first } = await running()
  test.clock.now = new Date(T0 + 60_000)
  const exit = { exitCode: 0, signal: null, reason: null, lastLines: '' }
  await recordExit(test.ctx, id, 1, exit)
  expect(await bindings(id)).toEqual([[first, 'launch', 0, 60]])
  expect([await holder(first), await events(first)]).toEqual([null, ['session.created', 'session.ended']])
  const late = randomUUID()
  await bind(id, late, 30)
  expect(await bindings(id)).toEqual([
    [first, 'launch', 0, 30],
    [late, 'clear', 30, 60],
  ])
  expect(await holder(late)).toBeNull()
  // Its next life goes on with the session it had open last.
  test.clock.now = new Date(T0 + 90_000)
  await restartRunner(test.ctx, { id })
  expect((await bindings(id)).at(-1)).toEqual([late, 'resume', 90, null])
})

it('follows a program whose node’s clock stands still or goes back', async () => {
  const { id, first } = await running()
  const opened = [first]
  for (let step = 0; step < 6; step += 1) {
    opened.push(randomUUID())
    await bind(id, opened.at(-1) ?? '', -step)
  }
  const rows = await test.ctx.db.prisma.sessionBinding.findMany({ where: { runnerId: id } })
  expect(rows.filter(({ releasedAt }) => releasedAt === null).map(({ sessionId }) => sessionId)).toEqual([
    opened.at(-1),
  ])
  expect(new Set(rows.map(({ boundAt }) => boundAt.getTime())).size).toBe(1)
})
