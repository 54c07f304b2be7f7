import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TypePrompt, TypePromptReply } from '@/contracts/agent-protocol/prompt'
import { budgetSetInput } from '@/contracts/budget/budget'
import { MAX_QUEUED_PROMPTS } from '@/contracts/prompt/prompt'
import { StratavoreError } from '@/server/core/errors'
import { raiseBudget } from '@/server/services/budget/raise-budget'
import { setBudget } from '@/server/services/budget/set-budget'
import { cancelPrompt } from '@/server/services/prompt/close-prompt'
import { SETTLE_MS } from '@/server/services/prompt/judge-queue'
import { listPrompts } from '@/server/services/prompt/list-prompts'
import { queuePrompt } from '@/server/services/prompt/queue-prompt'
import { findNextPrompts, sendPrompt } from '@/server/services/prompt/send-prompt'
import { recordExit } from '@/server/services/runner/record-exit'
import { spendTokens } from './ledger-rows'
import { createRunningRunners, type RunningRunners } from './running-runner'
import { type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let runners: RunningRunners
let id: string
let typed: TypePrompt[]
let reply: () => Promise<TypePromptReply>
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 1_000)
})
afterAll(() => test.stop())
beforeEach(async () => {
  runners = await createRunningRunners(test)
  id = await runners.run('p')
  typed = []
  reply = async () => ({ ok: true, confirmed: true })
  runners.agents.typePrompt = async (_agentId, message) => {
    typed.push(message)
    return reply()
  }
  await advance(1_000)
})

const advance = async (ms: number) => {
  test.clock.now = new Date(test.clock.now.getTime() + ms)
}
const queue = (text: string) => queuePrompt(test.ctx, { id, text })
const states = async () => (await listPrompts(test.ctx, { id, limit: 100 })).map(({ text, state }) => [text, state])
/** What the daemon does in one round. */
const round = async () => {
  const due = (await findNextPrompts(test.ctx, runners.agents)).filter(({ dueInMs }) => dueInMs === 0)
  for (const next of due) await sendPrompt(test.ctx, runners.agents, next)
}
const activity = async (to: Parameters<RunningRunners['activity']>[1]) => {
  await advance(10)
  await runners.activity(id, to)
}

describe('a queue of prompts', () => {
  it('advances in order, one for each time the runner becomes idle', async () => {
    for (const text of ['one', 'two', 'three']) await queue(text)
    await round()
    expect(typed).toEqual([])
    await activity('idle')
    await round()
    expect(await states()).toEqual([
      ['one', 'received'],
      ['two', 'queued'],
      ['three', 'queued'],
    ])
    // It has not said yet that it works.
    await round()
    await activity('working')
    await round()
    expect(typed.map(({ text }) => text)).toEqual(['one'])
    await activity('idle')
    await round()
    // A turn so short that nobody saw it.
    await advance(SETTLE_MS)
    await round()
    expect(typed.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    const told = await test.query<{ type: string; data: object }>(
      `SELECT type, data FROM outbox_events WHERE aggregate_id = $1 AND type = 'prompt.closed' ORDER BY seq`,
      [id],
    )
    expect(told.map(({ data }) => data)).toMatchObject(Array(3).fill({ state: 'received', error: null }))
  })

  it('keeps a prompt in its place while the program is not ready', async () => {
    await queue('one')
    await activity('idle')
    reply = async () => ({ ok: false, code: 'busy', error: 'it works' })
    await expect(round()).rejects.toMatchObject({ code: 'unavailable' })
    expect(await states()).toEqual([['one', 'queued']])
    reply = async () => ({ ok: true, confirmed: false })
    await round()
    expect(await states()).toEqual([['one', 'unconfirmed']])
  })

  it('holds it while its runner’s tools are denied, says why once, and goes on after a raise', async () => {
    const project = await test.project('held')
    id = await runners.run(project.name)
    const limit = { project: project.name, unit: 'tokens', period: 'daily', limit: 100, policy: 'deny-tools' }
    const budget = await setBudget(test.ctx, budgetSetInput.parse(limit))
    await spendTokens(test, { tokens: 100, projectId: project.id })
    await queue('one')
    await activity('idle')
    await round()
    const [held] = await listPrompts(test.ctx, { id, limit: 1 })
    expect(held).toMatchObject({ state: 'queued', error: expect.stringContaining('stratavore budget raise') })
    expect(await findNextPrompts(test.ctx, runners.agents)).toMatchObject([{ dueInMs: null }])
    await raiseBudget(test.ctx, { id: budget.id, by: { amount: 50 } })
    await round()
    expect(typed.map(({ text }) => text)).toEqual(['one'])
    expect(await listPrompts(test.ctx, { id, limit: 1 })).toMatchObject([{ state: 'received', error: null }])
  })

  it('asks again for the same prompt when the agent did not answer, and types no other meanwhile', async () => {
    const one = await queue('one')
    await queue('two')
    await activity('idle')
    reply = async () => {
      throw new StratavoreError('timeout', 'The agent did not answer.')
    }
    await expect(round()).rejects.toMatchObject({ code: 'timeout' })
    await activity('working')
    await activity('idle')
    reply = async () => ({ ok: true, confirmed: true })
    await round()
    expect(typed.map(({ promptId }) => promptId)).toEqual([one.id, one.id])
    expect(await states()).toEqual([
      ['one', 'received'],
      ['two', 'queued'],
    ])
  })

  it('says what could not be typed and why, and goes on', async () => {
    await queue('one')
    await activity('idle')
    reply = async () => ({ ok: false, code: 'not_running', error: 'The runner has ended.' })
    await round()
    expect(await listPrompts(test.ctx, { id, limit: 1 })).toMatchObject([
      { state: 'failed', error: 'The runner has ended.' },
    ])
  })

  it('is cut off when the runner ends, and takes nothing any more', async () => {
    await queue('one')
    await queue('two')
    await activity('idle')
    reply = async () => {
      throw new StratavoreError('timeout', 'The agent did not answer.')
    }
    await expect(round()).rejects.toMatchObject({ code: 'timeout' })
    await recordExit(test.ctx, id, 1, { exitCode: 0, signal: null, reason: null, lastLines: '' })
    expect(await states()).toEqual([
      ['one', 'unconfirmed'],
      ['two', 'failed'],
    ])
    await expect(queue('three')).rejects.toMatchObject({ code: 'invalid_state' })
  })

  it('is bounded', async () => {
    for (let count = 0; count < MAX_QUEUED_PROMPTS; count++) await queue(String(count))
    await expect(queue('one more')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('gives a prompt back that still waits, and no other', async () => {
    const one = await queue('one')
    const two = await queue('two')
    expect(await cancelPrompt(test.ctx, { promptId: two.id })).toMatchObject({ state: 'cancelled' })
    await activity('idle')
    await round()
    await expect(cancelPrompt(test.ctx, { promptId: one.id })).rejects.toMatchObject({ code: 'conflict' })
    expect(await states()).toEqual([
      ['one', 'received'],
      ['two', 'cancelled'],
    ])
  })
})

it('a daemon that no longer leads types nothing', async () => {
  await queue('one')
  await activity('idle')
  const stale = { ...test.ctx, fence: { epoch: () => 4711n } }
  const [next] = await findNextPrompts(stale, runners.agents)
  if (!next) throw new Error('nothing to send')
  await expect(sendPrompt(stale, runners.agents, next)).rejects.toMatchObject({ code: 'conflict' })
  expect([typed, await states()]).toEqual([[], [['one', 'queued']]])
})
