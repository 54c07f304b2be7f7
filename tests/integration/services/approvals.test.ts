import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalRequested } from '@/contracts/agent-protocol/approval'
import { StratavoreError } from '@/server/core/errors'
import { answerApproval } from '@/server/services/approval/answer-approval'
import { closeApproval } from '@/server/services/approval/close-approval'
import { deliverAnswer, findUndelivered } from '@/server/services/approval/deliver-answer'
import { getApproval, listApprovals } from '@/server/services/approval/list-approvals'
import { recordApproval } from '@/server/services/approval/record-approval'
import { recordExit } from '@/server/services/runner/record-exit'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { createRunningRunners, type RunningRunners } from './running-runner'
import { type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let runners: RunningRunners
let runnerId: string
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 1_000)
})
afterAll(() => test.stop())
beforeEach(async () => {
  runners = await createRunningRunners(test)
  runnerId = await runners.run('p')
})

const ALLOW = { behavior: 'allow' as const, remember: [] }
const DENY = { behavior: 'deny' as const, message: 'not today' }
const EXIT = { exitCode: 0, signal: null, reason: null, lastLines: '' }
const open = (id = runnerId) => ({ open: true, runnerId: id, limit: 200 })

async function ask(over: Partial<ApprovalRequested> = {}, nodeId = test.nodeId): Promise<string> {
  const approvalId = over.approvalId ?? randomUUID()
  await recordApproval(test.ctx, nodeId, {
    runnerId,
    epoch: 1,
    approvalId,
    providerSessionId: randomUUID(),
    subagentId: null,
    kind: 'tool',
    toolName: 'Bash',
    toolInput: { command: 'rm -rf build' },
    suggestions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
    summary: 'rm -rf build',
    at: 0,
    ...over,
  })
  return approvalId
}

const stateOf = async (id: string) => (await getApproval(test.ctx, { id })).state
const events = async () =>
  (
    await test.query<{ type: string; data: Record<string, unknown> }>(
      `SELECT type, data FROM outbox_events WHERE aggregate_id = $1 AND type LIKE 'approval.%' ORDER BY seq`,
      [runnerId],
    )
  ).map(({ type, data }) => [type, data.state ?? data.behavior ?? null])
const deliverAll = async () => {
  for (const found of await findUndelivered(test.ctx, runners.agents))
    await deliverAnswer(test.ctx, runners.agents, found)
}

describe('what a program asks', () => {
  it('is listed as it was asked, the oldest first, and once however often it is told', async () => {
    const first = await ask()
    test.clock.now = new Date(test.clock.now.getTime() + 1_000)
    const second = await ask({ toolName: 'Wri\0te', toolInput: { content: '\0\ud800' } })
    await ask({ approvalId: first })
    expect(await listApprovals(test.ctx, open())).toMatchObject([
      {
        id: first,
        project: 'p',
        toolInput: { command: 'rm -rf build' },
        suggestions: ['edit files without asking for this session'],
        state: 'pending',
      },
      { id: second, toolName: 'Wri\ufffdte', toolInput: { content: '\ufffd\ufffd' } },
    ])
    expect(await events()).toEqual([
      ['approval.requested', null],
      ['approval.requested', null],
    ])
  })

  it('is refused of a life that is over, and of a runner that is not there or on another node', async () => {
    await expect(ask({ epoch: 2 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(ask({ runnerId: randomUUID() })).rejects.toMatchObject({ code: 'not_found' })
    await expect(ask({}, randomUUID())).rejects.toMatchObject({ code: 'not_found' })
    await recordExit(test.ctx, runnerId, 1, EXIT)
    await expect(ask()).rejects.toMatchObject({ code: 'conflict' })
    expect(await listApprovals(test.ctx, open())).toEqual([])
  })
})

describe('an answer', () => {
  it('goes to the agent that holds the question, is confirmed, told and audited', async () => {
    const id = await ask()
    const given: unknown[] = []
    runners.agents.answerApproval = async (_agentId, message) => {
      given.push(message)
      return { ok: true }
    }
    const answered = await answerApproval(test.ctx, { id, answer: { ...ALLOW, remember: [0] } })
    expect(answered).toMatchObject({ state: 'answered', answeredBy: 'owner', answeredVia: 'api' })
    expect(await listApprovals(test.ctx, open())).toEqual([])
    await deliverAll()
    expect(given).toEqual([{ runnerId, epoch: 1, approvalId: id, answer: { behavior: 'allow', remember: [0] } }])
    expect(await stateOf(id)).toBe('allowed')
    expect(await events()).toEqual([
      ['approval.requested', null],
      ['approval.answered', 'allow'],
      ['approval.closed', 'allowed'],
    ])
    const audit = await test.query(
      `SELECT actor_name, via, data FROM audit_events WHERE action = 'approval.answer' AND target_id = $1`,
      [runnerId],
    )
    expect(audit).toMatchObject([
      {
        actor_name: 'owner',
        via: 'api',
        data: { toolName: 'Bash', summary: 'rm -rf build', answer: { remember: [0] } },
      },
    ])
    await deliverAll()
    expect(given).toHaveLength(1)
  })

  it('is taken once: of many at the same moment one', async () => {
    const id = await ask()
    const answers = Array.from({ length: 10 }, (_, index) => (index % 2 ? ALLOW : DENY))
    const results = await Promise.allSettled(answers.map((answer) => answerApproval(test.ctx, { id, answer })))
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(won).toHaveLength(1)
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
    expect(lost).toEqual(Array(9).fill('conflict'))
    expect((await events()).filter(([type]) => type === 'approval.answered')).toHaveLength(1)
  })

  it('comes too late when it was answered in the terminal, and says so', async () => {
    const id = await ask()
    await closeApproval(test.ctx, { runnerId, epoch: 1, approvalId: id, outcome: 'elsewhere' })
    await expect(answerApproval(test.ctx, { id, answer: ALLOW })).rejects.toMatchObject({
      code: 'conflict',
      message: 'It was answered in the terminal.',
    })
    await expect(answerApproval(test.ctx, { id: randomUUID(), answer: ALLOW })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await stateOf(id)).toBe('elsewhere')
  })

  it('that the agent has no use for any more allowed nothing', async () => {
    const id = await ask()
    runners.agents.answerApproval = async () => ({ ok: false, code: 'not_found', error: 'not held' })
    await answerApproval(test.ctx, { id, answer: ALLOW })
    await deliverAll()
    expect(await stateOf(id)).toBe('elsewhere')
  })

  it('waits for an agent that is away or does not answer, and is then asked again', async () => {
    const id = await ask()
    const { agent } = runners.agents
    runners.agents.agent = null
    await answerApproval(test.ctx, { id, answer: DENY })
    expect(await findUndelivered(test.ctx, runners.agents)).toEqual([])
    runners.agents.agent = agent
    runners.agents.answerApproval = async () => {
      throw new StratavoreError('timeout', 'The agent did not answer.')
    }
    await expect(deliverAll()).rejects.toMatchObject({ code: 'timeout' })
    expect(await stateOf(id)).toBe('answered')
    runners.agents.answerApproval = async () => ({ ok: true })
    await deliverAll()
    expect(await stateOf(id)).toBe('denied')
  })

  it('of a daemon that no longer leads is not recorded', async () => {
    const id = await ask()
    await answerApproval(test.ctx, { id, answer: DENY })
    const stale = { ...test.ctx, fence: { epoch: () => 4711n } }
    const [found] = await findUndelivered(stale, runners.agents)
    if (!found) throw new Error('nothing to deliver')
    await expect(deliverAnswer(stale, runners.agents, found)).rejects.toMatchObject({ code: 'conflict' })
    expect(await stateOf(id)).toBe('answered')
  })
})

it('what a life asked ends with it, answered or not, and the next life is asked nothing of it', async () => {
  const pending = await ask()
  const answered = await ask()
  await answerApproval(test.ctx, { id: answered, answer: ALLOW })
  await recordExit(test.ctx, runnerId, 1, EXIT)
  expect([await stateOf(pending), await stateOf(answered)]).toEqual(['ended', 'ended'])
  expect((await events()).slice(-2)).toEqual([
    ['approval.closed', 'ended'],
    ['approval.closed', 'ended'],
  ])
  await restartRunner(test.ctx, { id: runnerId })
  expect(await findUndelivered(test.ctx, runners.agents)).toEqual([])
  // The agent's own word of it comes late.
  await closeApproval(test.ctx, { runnerId, epoch: 1, approvalId: answered, outcome: 'allowed' })
  expect(await stateOf(answered)).toBe('ended')
})
