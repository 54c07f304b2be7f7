import { afterAll, beforeAll, expect, it } from 'vitest'
import { listBudgets } from '@/server/services/budget/list-budgets'
import { enforceResources } from '@/server/services/quota/enforce-resources'
import { limitCpu } from '@/server/services/quota/limit-cpu'
import { listQuotas } from '@/server/services/quota/list-quotas'
import { setQuotas } from '@/server/services/quota/set-quotas'
import { getRunner } from '@/server/services/runner/get-runner'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordRunning } from '@/server/services/runner/record-running'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { createFakeAgents } from './fake-agents'
import { spendTokens } from './ledger-rows'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

const AGENT = '00000000-0000-4000-8000-000000000001'
/** Of the fake agent; nothing here looks it up. */
const LOCAL_NODE = '00000000-0000-4000-8000-000000000002'
const MIB = 2 ** 20
let test: ServiceTest
let seq = 0
beforeAll(async () => {
  test = await startServiceTest()
  await test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     SELECT $1, id, 1, 1, 'boot', '0', 2, now(), now() FROM nodes`,
    [AGENT],
  )
})
afterAll(() => test.stop())

async function run(project: string): Promise<string> {
  const { id } = await launchRunner(test.ctx, launchOf(project))
  const process = { pid: 1, startTicks: 1, bootId: 'boot' }
  await recordRunning(test.ctx, { runnerId: id, epoch: 1, agentId: AGENT, state: 'running', process })
  return id
}
/** A heartbeat, ten seconds after the last. */
async function heartbeat(
  use: Record<string, { memoryBytes?: number; cpuPercent?: number; cpuLimitPercent?: number }>,
): Promise<void> {
  seq += 1
  test.clock.now = new Date(test.clock.now.getTime() + 10_000)
  const idle = { cpuPercent: 0, memoryBytes: 0, activity: 'unknown' as const, epoch: 1, seq, nodeId: test.nodeId }
  await recordVitals(
    test.ctx,
    Object.entries(use).map(([runnerId, one]) => ({ ...idle, runnerId, ...one })),
  )
}
const statusOf = async (id: string) => test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
const told = (kind: string) =>
  test.query(`SELECT data->>'used' AS used FROM outbox_events WHERE type = 'quota.exceeded' AND data->>'kind' = $1`, [
    kind,
  ])

it('memory: refuses launches while over, and after three heartbeats stops the largest with the reason', async () => {
  await test.project('mem')
  await setQuotas(test.ctx, { project: 'mem', memoryBytes: 100 * MIB })
  const [small, large] = [await run('mem'), await run('mem')]
  const over = { [small]: { memoryBytes: 30 * MIB }, [large]: { memoryBytes: 90 * MIB } }
  let streaks: Awaited<ReturnType<typeof enforceResources>> = new Map()
  await heartbeat({ [small]: { memoryBytes: 10 * MIB }, [large]: { memoryBytes: 10 * MIB } })
  streaks = await enforceResources(test.ctx, streaks)
  for (let beat = 1; beat <= 3; beat += 1) {
    expect((await statusOf(large)).desired).toBe('running')
    await heartbeat(over)
    streaks = await enforceResources(test.ctx, streaks)
  }
  expect(await statusOf(large)).toMatchObject({
    desired: 'terminated',
    status: 'stopping',
    reason: expect.stringContaining('used the most'),
  })
  expect((await statusOf(small)).desired).toBe('running')
  expect(await told('memory_bytes')).toHaveLength(1)
  await expect(launchRunner(test.ctx, launchOf('mem'))).rejects.toMatchObject({
    code: 'quota_exceeded',
    hint: expect.stringContaining('stratavore quota set mem --memory 1G'),
  })
  await setQuotas(test.ctx, { project: 'mem', memoryBytes: null })
  await launchRunner(test.ctx, launchOf('mem'))
})

it('CPU: refuses launches and is told, and stops nobody', async () => {
  await test.project('cpu')
  await setQuotas(test.ctx, { project: 'cpu', cpuPercent: 150 })
  const id = await run('cpu')
  let streaks: Awaited<ReturnType<typeof enforceResources>> = new Map()
  for (let beat = 1; beat <= 5; beat += 1) {
    await heartbeat({ [id]: { cpuPercent: 200 } })
    streaks = await enforceResources(test.ctx, streaks)
  }
  expect((await statusOf(id)).desired).toBe('running')
  expect(await told('cpu_percent')).toEqual([{ used: '200' }])
  await expect(launchRunner(test.ctx, launchOf('cpu'))).rejects.toMatchObject({ code: 'quota_exceeded' })
})

it('CPU: agents hold the runners to the quota, follow it, and let go; told, audited, and nothing is launched meanwhile', async () => {
  await test.project('held')
  await setQuotas(test.ctx, { project: 'held', cpuPercent: 100 })
  const [first, second] = [await run('held'), await run('held')]
  const agents = createFakeAgents()
  agents.agent = { agentId: AGENT, nodeId: LOCAL_NODE }
  for (const id of [first, second])
    agents.held.set(id, { agentId: AGENT, epoch: 1, state: 'running', process: null, exit: null })
  const parts = {
    agents,
    told: new Map(),
    cannot: new Set<string>(),
    onError: (error: unknown) => {
      throw error
    },
  }
  const limitOf = async (id: string) => (await getRunner(test.ctx, { id })).cpuLimitPercent
  await heartbeat({ [first]: { cpuPercent: 30 }, [second]: { cpuPercent: 60 } })
  await limitCpu(test.ctx, parts)
  expect(agents.limits).toEqual([])

  await heartbeat({ [first]: { cpuPercent: 90 }, [second]: { cpuPercent: 90 } })
  await limitCpu(test.ctx, parts)
  expect(agents.limits).toEqual([first, second].map((runnerId) => ({ runnerId, percent: 50 })))
  expect(await limitOf(first)).toBe(50)

  // What was said is not said again, and holds for a daemon that has told nobody yet.
  const held = { cpuPercent: 48, cpuLimitPercent: 50 }
  await heartbeat({ [first]: held, [second]: held })
  await limitCpu(test.ctx, parts)
  await limitCpu(test.ctx, { ...parts, told: new Map() })
  expect(agents.limits).toHaveLength(2)
  await expect(launchRunner(test.ctx, launchOf('held'))).rejects.toMatchObject({ code: 'quota_exceeded' })

  await setQuotas(test.ctx, { project: 'held', cpuPercent: 160 })
  await limitCpu(test.ctx, parts)
  expect(agents.limits.slice(2).map(({ percent }) => percent)).toEqual([80, 80])
  await setQuotas(test.ctx, { project: 'held', cpuPercent: null })
  await limitCpu(test.ctx, parts)
  expect(agents.limits.slice(4).map(({ percent }) => percent)).toEqual([null, null])
  expect(await limitOf(second)).toBeNull()

  const said = await test.query(
    `SELECT data->>'cpuPercent' AS percent FROM outbox_events WHERE type = 'runner.limited' AND aggregate_id = $1 ORDER BY seq`,
    [first],
  )
  expect(said).toEqual([{ percent: '50' }, { percent: null }])
  const audited = await test.query(
    `SELECT action FROM audit_events WHERE target_id = $1 AND action LIKE 'quota.%' ORDER BY seq`,
    [first],
  )
  expect(audited).toEqual([{ action: 'quota.hold' }, { action: 'quota.release' }])
})

it('CPU: where no tree can be held it is asked for once', async () => {
  await test.project('unheld')
  await setQuotas(test.ctx, { project: 'unheld', cpuPercent: 50 })
  const id = await run('unheld')
  const agents = createFakeAgents()
  agents.agent = { agentId: AGENT, nodeId: LOCAL_NODE }
  agents.held.set(id, { agentId: AGENT, epoch: 1, state: 'running', process: null, exit: null })
  let asked = 0
  agents.limitCpu = async () => {
    asked += 1
    return { ok: false, code: 'unsupported', error: 'not here' }
  }
  const failed: unknown[] = []
  const parts = { agents, told: new Map(), cannot: new Set<string>(), onError: (error: unknown) => failed.push(error) }
  await heartbeat({ [id]: { cpuPercent: 90 } })
  await limitCpu(test.ctx, parts)
  await limitCpu(test.ctx, parts)
  expect({ asked, failed }).toEqual({ asked: 1, failed: [] })
  expect((await getRunner(test.ctx, { id })).cpuLimitPercent).toBeNull()
})

it('tokens per day: counts as a budget that denies tools, listed as a quota, and goes when it is taken away', async () => {
  const { id: projectId } = await test.project('tok')
  const set = await setQuotas(test.ctx, { project: 'tok', runners: 3, tokensPerDay: 1000 })
  expect(set).toMatchObject([
    { kind: 'concurrent_runners', limit: 3, explicit: true },
    { kind: 'tokens_per_day', limit: 1000, used: 0 },
  ])
  await spendTokens(test, { tokens: 1000, projectId })
  expect(await listQuotas(test.ctx, { project: 'tok' })).toMatchObject([{}, { used: 1000 }])
  expect(await listBudgets(test.ctx, { project: 'tok' })).toMatchObject([{ quota: true, policy: 'deny-tools' }])
  await expect(launchRunner(test.ctx, launchOf('tok'))).rejects.toMatchObject({ code: 'budget_exhausted' })
  await setQuotas(test.ctx, { project: 'tok', tokensPerDay: null })
  expect(await listBudgets(test.ctx, { project: 'tok' })).toEqual([])
  await launchRunner(test.ctx, launchOf('tok'))
})
