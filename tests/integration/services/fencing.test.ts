import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { DAEMON_ACTOR } from '@/server/core/actor'
import { takeCommitOrder } from '@/server/outbox/append'
import { requireFence } from '@/server/outbox/require-fence'
import { joinAgent, recordAgentDisconnected, recordConnectedAgents } from '@/server/services/node/join-agent'
import { recordNodeLost } from '@/server/services/node/record-node-lost'
import { recordNodeVitals } from '@/server/services/node/record-node-vitals'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { recordLost } from '@/server/services/runner/record-lost'
import { recordRunning } from '@/server/services/runner/record-running'
import { recordSize } from '@/server/services/runner/record-size'
import type { ServiceContext } from '@/server/services/service-context'
import { releaseStaleLease } from '@/server/services/session/release-stale-lease'
import { beginLease } from '@/server/services/system/daemon-lease'
import { recordDaemonStopped } from '@/server/services/system/record-daemon-life'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { waitUntil } from '../../support/wait-until'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 1_000)
})
afterAll(() => test.stop())

let stale: ServiceContext
let leading: ServiceContext

/** A daemon of the next epoch, as if it had just taken the lead. */
async function nextDaemon(): Promise<ServiceContext> {
  const client = await test.ctx.db.pool.connect()
  try {
    const { epoch } = await beginLease(client, { pid: 1, hostname: 'h', now: new Date() })
    return { ...test.ctx, actor: DAEMON_ACTOR, fence: { epoch: () => epoch } }
  } finally {
    client.release()
  }
}
beforeEach(async () => {
  stale = await nextDaemon()
  leading = await nextDaemon()
})

const AGENT = { pid: 10, startTicks: 1, bootId: 'b' }
const join = (instanceId: string) => ({
  instanceId,
  version: '1',
  process: AGENT,
  startedAt: 0,
  node: { hostname: 'h', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 },
  providers: [],
  runners: [],
})
const heartbeat = (instanceId: string) => ({
  instanceId,
  seq: 1,
  loadAverage: 7,
  freeMemoryBytes: 7,
  providers: [],
  runners: [],
})

/** Everything a daemon changes, as text: two that are equal mean that nothing was written. */
async function everything(): Promise<string> {
  const tables = [
    'runners',
    'nodes',
    'agents',
    'sessions',
    'runner_vitals',
    'audit_events',
    'audit_tip',
    'outbox_events',
  ]
  const all: unknown[] = []
  for (const table of tables) all.push(await test.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY 1`))
  return JSON.stringify(all)
}

async function scene() {
  const { id: nodeId } = await test.ctx.db.prisma.node.findFirstOrThrow()
  const agentId = randomUUID()
  await joinAgent(leading, { nodeId, protocol: 1 }, join(agentId))
  const starting = await launchRunner(test.ctx, launchOf('p'))
  const running = await launchRunner(test.ctx, launchOf('p'))
  const target = { runnerId: running.id, epoch: 1 }
  await recordRunning(leading, { ...target, agentId, state: 'running', process: AGENT })
  const leased = await launchRunner(test.ctx, { ...launchOf('p'), provider: 'claude' })
  const session = await test.ctx.db.prisma.session.findFirstOrThrow({ where: { leaseRunnerId: leased.id } })
  await test.query(`UPDATE runners SET status = 'failed' WHERE id = $1`, [leased.id])
  const lease = { sessionId: session.id, runnerId: leased.id }
  return { nodeId, agentId, starting, running, lease }
}

it('a daemon of an earlier epoch changes nothing any more, whatever it does', async () => {
  const { nodeId, agentId, starting, running, lease } = await scene()
  const started = { runnerId: starting.id, epoch: 1, agentId, process: AGENT }
  const exit = { exitCode: 1, signal: null, reason: null, lastLines: '' }
  const other = await test.ctx.db.prisma.agent.create({
    data: {
      ...{ id: randomUUID(), nodeId, pid: 1, pidStartTicks: 1, bootId: 'b', version: '1', protocol: 1 },
      startedAt: new Date(),
      lastSeenAt: new Date(),
    },
  })
  const changes: Record<string, (ctx: ServiceContext) => Promise<unknown>> = {
    start: (ctx) => recordRunning(ctx, { ...started, state: 'running' }),
    'another agent': (ctx) =>
      recordRunning(ctx, { ...started, runnerId: running.id, agentId: other.id, state: 'running' }),
    pause: (ctx) => recordRunning(ctx, { ...started, runnerId: running.id, state: 'paused' }),
    exit: (ctx) => recordExit(ctx, starting.id, 1, exit),
    lost: (ctx) => recordLost(ctx, running.id, 1, 'silent'),
    size: (ctx) => recordSize(ctx, nodeId, running.id, { cols: 1, rows: 1 }),
    join: (ctx) => joinAgent(ctx, { nodeId, protocol: 1 }, join(randomUUID())),
    'agent gone': (ctx) => recordAgentDisconnected(ctx, agentId, 'gone'),
    'agents connected': (ctx) => recordConnectedAgents(ctx, []),
    'node lost': (ctx) => recordNodeLost(ctx, nodeId, 40_000),
    'node vitals': (ctx) => recordNodeVitals(ctx, nodeId, heartbeat(agentId)),
    'release lease': (ctx) => releaseStaleLease(ctx, lease),
    'daemon stopped': (ctx) => recordDaemonStopped(ctx, 1),
  }
  const before = await everything()
  for (const [what, change] of Object.entries(changes)) {
    await expect(change(stale), what).rejects.toMatchObject({ code: 'conflict' })
    expect(await everything(), what).toBe(before)
  }
  // The same by the one that leads is taken: what was refused was refused for the fence only.
  const unfenced = ['exit', 'lost', 'agent gone']
  for (const [what, change] of Object.entries(changes)) {
    if (unfenced.includes(what)) continue
    const earlier = await everything()
    await change(leading)
    expect(await everything(), what).not.toBe(earlier)
  }
})

it('heartbeats of an earlier epoch are not written, nor changes of activity in them', async () => {
  const { running, nodeId } = await scene()
  const report = { runnerId: running.id, nodeId, epoch: 1, cpuPercent: 1, memoryBytes: 1, activity: 'unknown' as const }
  const before = await everything()
  await recordVitals(stale, [{ ...report, seq: 1 }])
  expect(await everything()).toBe(before)
  await recordVitals(stale, [{ ...report, seq: 2, activity: 'working' }])
  expect(await everything()).toBe(before)
  await recordVitals(leading, [{ ...report, seq: 1 }])
  expect(await test.ctx.db.prisma.runnerVitals.count({ where: { runnerId: running.id } })).toBe(1)
})

it('web has no fence: whoever leads, a launch is taken', async () => {
  expect((await launchRunner(test.ctx, launchOf('p'))).status).toBe('starting')
})

it.each([
  ['a change', takeCommitOrder],
  ['a bare write', requireFence],
])('the next epoch begins only when %s that is under way in the present one is committed', async (_what, check) => {
  const { running } = await scene()
  const order: string[] = []
  let locked: () => void = () => {}
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve
  })
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const writing = leading.db.prisma.$transaction(async (tx) => {
    await check(tx, leading.fence)
    locked()
    await held
    order.push('written')
  })
  await isLocked
  const next = nextDaemon().then(() => order.push('began'))
  await waitUntil('the next waits', async () => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return (await test.query(sql)).length > 0
  })
  release()
  await Promise.all([writing, next])
  expect(order).toEqual(['written', 'began'])
  await expect(recordLost(leading, running.id, 1, 'silent')).rejects.toMatchObject({ code: 'conflict' })
})
