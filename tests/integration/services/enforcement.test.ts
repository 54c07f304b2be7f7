import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BudgetSetInput, budgetSetInput } from '@/contracts/budget/budget'
import { enforceBudgets } from '@/server/services/budget/enforce-budgets'
import type { Enforcement } from '@/server/services/budget/plan-enforcement'
import { raiseBudget } from '@/server/services/budget/raise-budget'
import { setBudget } from '@/server/services/budget/set-budget'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { pauseRunner, resumeRunner } from '@/server/services/runner/pause-runner'
import { recordRunning } from '@/server/services/runner/record-running'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { createFakeAgents, type FakeAgents } from './fake-agents'
import { spendTokens } from './ledger-rows'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

const AGENT = '00000000-0000-4000-8000-000000000001'
let test: ServiceTest
let agents: FakeAgents
let gates: Map<string, string | null>
let deaf: Set<string>
let count = 0
beforeAll(async () => {
  test = await startServiceTest()
  agents = createFakeAgents()
  gates = new Map()
  deaf = new Set()
  const node = await test.ctx.db.prisma.node.findFirstOrThrow()
  agents.agent = { agentId: AGENT, nodeId: node.id }
  await test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     VALUES ($1, $2, 1, 1, 'boot', '0', 2, now(), now())`,
    [AGENT, node.id],
  )
})
afterAll(() => test.stop())

/** A project of its own with a budget of 100 tokens a day, and a runner that runs in it. */
async function governed(policy: BudgetSetInput['policy'], provider: 'claude' | 'shell' = 'shell') {
  count += 1
  const project = await test.project(`p${count}`)
  const input = { project: project.name, unit: 'tokens', period: 'daily', limit: 100, policy }
  const budget = await setBudget(test.ctx, budgetSetInput.parse(input))
  const { id } = await launchRunner(test.ctx, { ...launchOf(project.name), provider })
  const process = { pid: 1, startTicks: 1, bootId: 'boot' }
  const live = { runnerId: id, epoch: 1, agentId: AGENT, process }
  agents.held.set(id, { ...live, state: 'running', exit: null })
  await recordRunning(test.ctx, { ...live, state: 'running' })
  return { id, project, budget, spend: (tokens: number) => spendTokens(test, { tokens, projectId: project.id }) }
}
const row = (id: string) => test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })

const refuse = (error: unknown): never => {
  throw error
}

async function enforce(onError: (error: unknown) => void = refuse): Promise<Enforcement['kind'][]> {
  const report = await enforceBudgets(test.ctx, {
    agents,
    gates,
    deaf,
    onError,
  })
  return report.done.map(({ kind }) => kind)
}

it('pause: holds, lets go after a raise, and holds again; a person is refused meanwhile', async () => {
  const { id, budget, spend } = await governed('pause')
  await spend(99)
  expect(await enforce()).toEqual([])
  await spend(1)
  expect(await enforce()).toEqual(['hold'])
  expect(await enforce()).toEqual([])
  expect(await row(id)).toMatchObject({
    desired: 'paused',
    heldByBudgetId: budget.id,
    reason: expect.stringContaining('is used up: 100 tokens of 100 tokens, 0 left until 2026-01-03 00:00 UTC'),
  })
  await expect(resumeRunner(test.ctx, { id })).rejects.toMatchObject({
    code: 'budget_exhausted',
    hint: `Raise it for this period: stratavore budget raise ${budget.id.slice(0, 8)} +20%`,
  })
  await raiseBudget(test.ctx, { id: budget.id, by: { percent: 20 } })
  expect(await enforce()).toEqual(['release'])
  expect(await row(id)).toMatchObject({ desired: 'running', heldByBudgetId: null, reason: null })
  await spend(20)
  expect(await enforce()).toEqual(['hold'])
  // A person takes the pause over: it stays.
  await pauseRunner(test.ctx, { id })
  await raiseBudget(test.ctx, { id: budget.id, by: { percent: 20 } })
  expect(await enforce()).toEqual([])
  await resumeRunner(test.ctx, { id })
})

it("pause: ends with the budget's period", async () => {
  const before = test.clock.now
  const { id, spend } = await governed('pause')
  await spend(500)
  expect(await enforce()).toEqual(['hold'])
  test.clock.now = new Date('2026-01-03T00:00:00.000Z')
  expect(await enforce()).toEqual(['release'])
  expect(await row(id)).toMatchObject({ desired: 'running' })
  test.clock.now = before
  await test.query('DELETE FROM budgets')
  await enforce()
})

it('stop: ends the runner with the reason, and refuses to start it again', async () => {
  const { id, spend, budget } = await governed('stop')
  await spend(100)
  expect(await enforce()).toEqual(['stop'])
  expect(await row(id)).toMatchObject({
    status: 'stopping',
    desired: 'terminated',
    reason: expect.stringMatching(/used up/),
  })
  await test.query(`UPDATE runners SET status = 'terminated', ended_at = now() WHERE id = $1`, [id])
  await expect(restartRunner(test.ctx, { id })).rejects.toMatchObject({ code: 'budget_exhausted' })
  await raiseBudget(test.ctx, { id: budget.id, by: { amount: 1 } })
  await restartRunner(test.ctx, { id })
})

it('deny-tools: tells the agent once, opens after a raise, and pauses what has no hooks', async () => {
  agents.gates.length = 0
  const claude = await governed('deny-tools', 'claude')
  expect(await enforce()).toEqual(['gate'])
  await claude.spend(150)
  expect(await enforce()).toEqual(['gate'])
  expect(await enforce()).toEqual([])
  await raiseBudget(test.ctx, { id: claude.budget.id, by: { percent: 100 } })
  expect(await enforce()).toEqual(['gate'])
  const reasons = agents.gates.map(({ reason }) => reason)
  expect(reasons).toEqual([null, expect.stringContaining('150 tokens of 100 tokens'), null])
  const shell = await governed('deny-tools')
  await shell.spend(100)
  expect(await enforce()).toEqual(['hold'])
  expect((await row(shell.id)).reason).toContain('Its tools cannot be denied, so it is paused.')
})

it('refuses a launch when exhausted, tells what is used and how to raise it, and records it once a minute', async () => {
  const { project, budget, spend } = await governed('deny-tools')
  await spend(250)
  const launch = () => launchRunner(test.ctx, launchOf(project.name))
  await expect(launch()).rejects.toMatchObject({
    code: 'budget_exhausted',
    message: `The daily budget of ${project.name} is used up: 250 tokens of 100 tokens, 0 left until 2026-01-03 00:00 UTC.`,
    hint: expect.stringContaining(`stratavore budget raise ${budget.id.slice(0, 8)} +20%`),
  })
  await expect(launch()).rejects.toMatchObject({ code: 'budget_exhausted' })
  const told = { where: { type: 'budget.refused', aggregateId: project.id } }
  expect(await test.ctx.db.prisma.outboxEvent.count(told)).toBe(1)
  expect(await test.ctx.db.prisma.auditEvent.count({ where: { action: 'budget.refuse', targetId: project.id } })).toBe(
    1,
  )
  await raiseBudget(test.ctx, { id: budget.id, by: { percent: 200 } })
  await launch()
})

it('notify refuses nothing, and neither does a budget of another project', async () => {
  const { project, spend } = await governed('notify')
  await spend(1000)
  await launchRunner(test.ctx, launchOf(project.name))
  const other = await governed('stop')
  await launchRunner(test.ctx, launchOf(other.project.name))
})

it('deny-tools: a program that has its hooks off is paused instead, and goes on after a raise', async () => {
  const { id, budget, spend } = await governed('deny-tools', 'claude')
  await spend(100)
  agents.gateRefusal = { ok: false, code: 'unsupported', error: 'Its program sends no hooks.' }
  const problems: unknown[] = []
  expect(await enforce((error) => problems.push(error))).toEqual([])
  expect(problems).toHaveLength(1)
  expect(await enforce()).toEqual(['hold'])
  expect(await row(id)).toMatchObject({
    heldByBudgetId: budget.id,
    reason: expect.stringContaining('Its tools cannot be denied, so it is paused.'),
  })
  agents.gateRefusal = null
  await raiseBudget(test.ctx, { id: budget.id, by: { percent: 100 } })
  expect(await enforce()).toEqual(['release'])
})
