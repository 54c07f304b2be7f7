import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { homePaths } from '@/config/paths'
import { DAEMON_ACTOR } from '@/server/core/actor'
import { readInstallationKeys } from '@/server/services/installation/installation-keys'
import { joinAgent, recordAgentDisconnected } from '@/server/services/node/join-agent'
import { setProjectVariable } from '@/server/services/project/project-variables'
import { createActionTries } from '@/server/services/reconcile/action-tries'
import { LAUNCH_DEADLINE_MS, REASON_REBOOTED, STOP_MARGIN_MS } from '@/server/services/reconcile/plan-reconcile'
import type { ReconcileAction } from '@/server/services/reconcile/reconcile-action'
import { type ReconcileParts, runReconcile } from '@/server/services/reconcile/run-reconcile'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { stopRunner } from '@/server/services/runner/stop-runner'
import type { ServiceContext } from '@/server/services/service-context'
import { createFakeAgents, type FakeAgents } from './fake-agents'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let ctx: ServiceContext
let agents: FakeAgents
let parts: ReconcileParts
let now: number
let acted: string[]
let failed: ReconcileAction['kind'][]
let nodeId: string

beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 1)
  nodeId = (await test.ctx.db.prisma.node.findFirstOrThrow()).id
})
afterAll(() => test.stop())

beforeEach(async () => {
  now = 0
  acted = []
  failed = []
  agents = createFakeAgents()
  ctx = {
    ...test.ctx,
    actor: DAEMON_ACTOR,
    clock: { ...test.ctx.clock, monotonicMs: () => now },
    settings: { ...test.ctx.settings, lostTimeoutHours: 24, heartbeatTtlSeconds: 30 },
  }
  parts = {
    agents,
    tries: createActionTries(() => now),
    observer: {
      acted: (kind, outcome) => acted.push(`${kind} ${outcome}`),
      ran: () => {},
      runFailed: () => {},
    },
    onError: (_error, action) => failed.push(action.kind),
  }
  // The one slot is free again for each test.
  for (const { id, epoch } of await test.ctx.db.prisma.runner.findMany({ where: { status: { not: 'failed' } } })) {
    await recordExit(ctx, id, epoch, { exitCode: 1, signal: null, reason: 'over', lastLines: '' })
  }
  await join()
})

/** The node's agent, as a new process. */
async function join(): Promise<string> {
  const instanceId = randomUUID()
  const process = { pid: 10, startTicks: 1, bootId: agents.bootId }
  const node = { hostname: 'h', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 }
  const request = { instanceId, version: '1', process, startedAt: 0, node, providers: [], runners: [] }
  await joinAgent(ctx, { nodeId, protocol: 1 }, request)
  agents.agent = { agentId: instanceId, nodeId }
  return instanceId
}

const reconcile = () => runReconcile(ctx, parts, 'all')
const kinds = async () => (await reconcile()).actions.map((action) => action.kind)
const get = (id: string) => test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
const told = (type: string) => test.ctx.db.prisma.outboxEvent.count({ where: { type } })

async function running() {
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await reconcile()
  expect((await get(id)).status).toBe('running')
  return id
}

it('a launch that is refused is tried again, and fails with the reason after its deadline: its slot is free', async () => {
  agents.answer = 'busy'
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  const report = await reconcile()
  expect(report.actions).toMatchObject([{ kind: 'start', runnerId: id, error: 'The agent refused: it is busy' }])
  expect(failed).toEqual(['start'])
  now = LAUNCH_DEADLINE_MS
  await reconcile()
  expect((await get(id)).status).toBe('starting')
  now += 1
  expect(await kinds()).toEqual(['record-gone'])
  expect(await get(id)).toMatchObject({
    status: 'failed',
    reason: 'it could not be started in 5 min: The agent refused: it is busy',
  })
  agents.answer = 'ok'
  await running()
})

it('time in which the agent was away does not count against a launch', async () => {
  agents.answer = 'busy'
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await reconcile()
  const agent = agents.agent
  agents.agent = null
  now = 10 * LAUNCH_DEADLINE_MS
  expect(await kinds()).toEqual([])
  agents.agent = agent
  expect(await kinds()).toEqual(['start'])
  expect((await get(id)).status).toBe('starting')
})

it('a start whose reply was lost is not repeated once the agent shows what it holds', async () => {
  agents.answer = 'lost'
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await reconcile()
  expect(failed).toEqual(['start'])
  expect((await get(id)).status).toBe('starting')
  await reconcile()
  expect(await get(id)).toMatchObject({ status: 'running', pid: 101, epoch: 1 })
  expect(agents.starts).toHaveLength(1)
  // Its agent judges the one by the other.
  expect(agents.starts[0]?.project).toBe(agents.starts[0]?.cwd)
})

it('a stop that is not followed is repeated, then forced', async () => {
  const id = await running()
  await stopRunner(test.ctx, { id, force: false, graceMs: 5_000 })
  await reconcile()
  now += 5_000 + STOP_MARGIN_MS
  await reconcile()
  now += 1
  await reconcile()
  expect(agents.stops).toEqual([false, false, true].map((force) => ({ runnerId: id, force })))
})

it('a lost runner keeps its slot until it is given up; back after that, its process is ended and it stays failed', async () => {
  const id = await running()
  const agent = agents.agent
  agents.agent = null
  agents.silentMs = 30_001
  await reconcile()
  expect((await get(id)).status).toBe('lost')
  await expect(launchRunner(test.ctx, launchOf('p'))).rejects.toMatchObject({ code: 'quota_exceeded' })
  agents.unheard = 24 * 3_600_000
  expect(await kinds()).toEqual([])
  agents.unheard += 1
  expect(await kinds()).toEqual(['record-gone'])
  expect(await get(id)).toMatchObject({ status: 'failed', reason: expect.stringContaining('given up') })

  agents.agent = agent
  expect(await kinds()).toEqual(['stop'])
  expect(agents.stops).toEqual([{ runnerId: id, force: false }])
  expect((await get(id)).status).toBe('failed')
})

it('a node that falls silent is told once per silence, with nothing on it too', async () => {
  const before = await told('node.lost')
  agents.agent = null
  agents.silentMs = 30_001
  expect(await kinds()).toEqual(['record-node-lost'])
  expect(await kinds()).toEqual([])
  expect(await told('node.lost')).toBe(before + 1)
  agents.silentMs = 0
  await join()
  expect(await kinds()).toEqual([])
  agents.agent = null
  agents.silentMs = 30_001
  expect(await kinds()).toEqual(['record-node-lost'])
  expect(await told('node.lost')).toBe(before + 2)
})

it('what ran before a restart of the machine fails for that reason', async () => {
  const id = await running()
  agents.held.clear()
  agents.bootId = 'boot-2'
  await join()
  await reconcile()
  expect(await get(id)).toMatchObject({ status: 'failed', reason: REASON_REBOOTED })
})

it('an agent that is dead fails its runners at once, lost or not', async () => {
  const id = await running()
  const agentId = agents.agent?.agentId ?? ''
  agents.agent = null
  agents.silentMs = 30_001
  await reconcile()
  await recordAgentDisconnected(ctx, agentId, 'gone')
  await reconcile()
  expect(await get(id)).toMatchObject({ status: 'failed', reason: 'its agent died' })
})

it('a lease that an ended runner still has is freed, with an audit row; a right one stays', async () => {
  const { id } = await launchRunner(test.ctx, { ...launchOf('p'), provider: 'claude' })
  await reconcile()
  const lease = () => test.ctx.db.prisma.session.findFirstOrThrow({ where: { runners: { some: { id } } } })
  expect(await kinds()).toEqual([])
  expect((await lease()).leaseRunnerId).toBe(id)
  agents.held.delete(id)
  await test.query(`UPDATE runners SET status = 'failed' WHERE id = $1`, [id])
  expect(await kinds()).toEqual(['release-lease'])
  expect((await lease()).leaseRunnerId).toBeNull()
  const audit = await test.ctx.db.prisma.auditEvent.findFirstOrThrow({ orderBy: { seq: 'desc' } })
  expect(audit).toMatchObject({ action: 'session.release_lease', data: { runnerId: id } })
  expect(await kinds()).toEqual([])
})

it('every action and its outcome is observed', async () => {
  agents.answer = 'busy'
  await launchRunner(test.ctx, launchOf('p'))
  await reconcile()
  agents.answer = 'ok'
  await reconcile()
  expect(acted).toEqual(['start failed', 'start ok'])
})

it('a secret that was set since the daemon began is in nothing it writes of a runner that got it', async () => {
  const secret = 'canary-set-later-5d1f'
  const keys = await readInstallationKeys(homePaths(test.ctx.settings.home))
  ctx = { ...ctx, keys }
  await setProjectVariable(test.ctx, { project: 'p', name: 'DEPLOY_PASSWORD', value: secret })
  const id = await running()
  expect(agents.starts.at(-1)?.env).toEqual({ DEPLOY_PASSWORD: secret })
  const exit = { exitCode: 1, signal: null, reason: `cannot log in with ${secret}`, lastLines: `-p ${secret}` }
  await recordExit(ctx, id, 1, exit)
  expect(await get(id)).toMatchObject({ reason: 'cannot log in with [redacted]', lastLines: '-p [redacted]' })
  for (const table of ['runners', 'outbox_events', 'audit_events'])
    expect(await test.query(`SELECT 1 FROM ${table} r WHERE strpos(to_jsonb(r)::text, $1) > 0`, [secret])).toEqual([])
})
