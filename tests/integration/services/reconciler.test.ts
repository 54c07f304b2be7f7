import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Scheduler } from '@/server/core/scheduler'
import { type Reconciler, startReconciler } from '@/server/daemon/reconciler'
import { joinAgent } from '@/server/services/node/join-agent'
import { LAUNCH_DEADLINE_MS } from '@/server/services/reconcile/plan-reconcile'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { waitUntil } from '../../support/wait-until'
import { createFakeAgents, type FakeAgents } from './fake-agents'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

/** Longer than a test: rounds come when the test asks for them. */
const NEVER_MS = 3_600_000

let test: ServiceTest
let agents: FakeAgents
let reconciler: Reconciler
let listenedMs: number
let timers: Set<() => void>
let ran: ('all' | 'woken')[]
/** What comes after a run, and lasts as long as the test likes. */
let afterwards: () => Promise<void>

beforeAll(async () => {
  test = await startServiceTest()
})
afterAll(() => test.stop())

beforeEach(async () => {
  agents = createFakeAgents()
  timers = new Set()
  listenedMs = 0
  ran = []
  afterwards = async () => undefined
  const { id: nodeId } = await test.ctx.db.prisma.node.findFirstOrThrow()
  const instanceId = randomUUID()
  const process = { pid: 10, startTicks: 1, bootId: agents.bootId }
  const node = { hostname: 'h', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 }
  const request = { instanceId, version: '1', process, startedAt: 0, node, providers: [], runners: [] }
  await joinAgent(test.ctx, { nodeId, protocol: 1 }, request)
  agents.agent = { agentId: instanceId, nodeId }
  const scheduler: Scheduler = {
    after: (_ms, work) => {
      const timer = () => {
        timers.delete(timer)
        work()
      }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  reconciler = startReconciler(test.ctx, agents, {
    intervalMs: NEVER_MS,
    listenedMs: () => listenedMs,
    log: pino({ level: 'silent' }),
    observer: { acted: () => undefined, ran: (scope) => ran.push(scope), runFailed: () => undefined },
    leads: () => true,
    afterwards: () => afterwards(),
    scheduler,
    stopGraceMs: 50,
  })
  // After the round that it starts with.
  await reconciler.all()
  ran = []
})
afterEach(() => reconciler.stop())

it('a launch that is refused again and again has one retry set, however often everything is looked at', async () => {
  await test.project('refused')
  agents.answer = 'busy'
  await launchRunner(test.ctx, launchOf('refused'))
  for (let round = 0; round < 5; round += 1) {
    await reconciler.all()
    expect(timers.size).toBe(1)
  }
  ran = []
  for (const fire of timers) fire()
  await reconciler.all()
  expect(ran).toEqual(['woken', 'all'])
  expect(timers.size).toBe(1)
})

it('asked for everything many times during a slow run, it runs once more and not as often as it was asked', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  afterwards = () => held
  const slow = reconciler.all()
  await waitUntil('it runs', () => ran.length === 1)
  const asked = Array.from({ length: 20 }, () => reconciler.all())
  release()
  await slow
  expect(new Set((await Promise.all(asked)).map(({ at, durationMs }) => `${at} ${durationMs}`)).size).toBe(1)
  expect(ran).toEqual(['all', 'all'])
  // One that has begun may have missed what is asked for now.
  await reconciler.all()
  expect(ran).toHaveLength(3)
})

it('stopped during a run that hangs, it waits a grace and begins nothing that was queued', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  afterwards = () => held
  const hanging = reconciler.all()
  await waitUntil('it runs', () => ran.length === 1)
  const queued = expect(reconciler.all()).rejects.toMatchObject({ code: 'unavailable' })
  reconciler.wake([randomUUID()])
  await reconciler.stop()
  release()
  await hanging
  await queued
  await reconciler.stop()
  expect(ran).toEqual(['all'])
  expect(timers.size).toBe(0)
})

it('a launch has its whole deadline again after the daemon could not hear its agents', async () => {
  await test.project('deaf')
  agents.answer = 'busy'
  const { id } = await launchRunner(test.ctx, launchOf('deaf'))
  const status = async () => (await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })).status
  await reconciler.all()
  listenedMs = LAUNCH_DEADLINE_MS
  reconciler.countAnew()
  listenedMs += LAUNCH_DEADLINE_MS
  await reconciler.all()
  expect(await status()).toBe('starting')
  listenedMs += 1
  await reconciler.all()
  expect(await status()).toBe('failed')
})
