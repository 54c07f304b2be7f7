import { beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalAnswer } from '@/contracts/approval/approval'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import type { HookEvent } from '../loopback/hook-event'
import { createHooks, type HookReply, type Hooks } from '../loopback/hooks'
import { type HeldApprovals, holdApprovals } from './held-approvals'

const RUNNER = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'
const ALLOW: ApprovalAnswer = { behavior: 'allow', remember: [] }
const DAY = 24 * 60 * 60_000

let hooks: Hooks
let approvals: HeldApprovals
let told: [string, Record<string, unknown>][]
let alive: boolean
let timers: { ms: number; work: () => void }[]

beforeEach(() => {
  hooks = createHooks((message) => {
    throw new Error(message)
  })
  told = []
  timers = []
  alive = true
  approvals = holdApprovals({
    redact: createTextRedactor(['hunter2hunter2']),
    hooks,
    reports: { send: (event, message) => void told.push([event, message]) },
    onClosed: () => {},
    goesOn: () => alive,
    now: () => 1_000,
    after: (ms, work) => {
      const timer = { ms, work }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  })
})

const lapse = (withinMs: number) => {
  for (const timer of timers.filter(({ ms }) => ms <= withinMs)) timer.work()
}
const outcomes = () => told.flatMap(([event, { outcome }]) => (event === 'approvalClosed' ? [outcome] : []))

interface Asked {
  id: string
  reply: Promise<HookReply>
  /** The program has got the answer, or went away before. */
  deliver(isDelivered: boolean): void
  hangUp(): void
}

function call(name: string, more: Partial<HookEvent> = {}) {
  const program = new AbortController()
  let deliver: (isDelivered: boolean) => void = () => {}
  const delivered = new Promise<boolean>((resolve) => {
    deliver = resolve
  })
  const event = { hook_event_name: name, session_id: 's', ...more }
  const reply = hooks.dispatch({ runnerId: RUNNER, epoch: 1, event, pid: null, hungUp: program.signal, delivered })
  return { reply, deliver, hangUp: () => program.abort() }
}

function ask(more: Partial<HookEvent> = {}): Asked {
  const called = call('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'ls' }, ...more })
  const id = String(told.findLast(([event]) => event === 'approvalRequested')?.[1].approvalId)
  return { id, ...called }
}
const answer = (id: string, given: ApprovalAnswer = ALLOW) =>
  approvals.answer({ runnerId: RUNNER, epoch: 1, approvalId: id, answer: given })

it('reports what is asked without secrets, and gives the program back what it asked', async () => {
  const rule = { type: 'addRules', rules: [{ toolName: 'Bash', ruleContent: 'mysql -phunter2hunter2' }] }
  const command = `mysql -phunter2hunter2 ${'x'.repeat(480)} AKIAIOSFODNN7EXAMPLE`
  const { id, reply, deliver } = ask({ tool_input: { command }, permission_suggestions: [rule] })
  const reported = JSON.stringify(told)
  expect(reported).not.toMatch(/hunter2hunter2|AKIA/)
  expect(reported).toContain('mysql -p[redacted]')
  const answered = answer(id, { behavior: 'allow', remember: [0] })
  deliver(true)
  await answered
  expect(JSON.stringify(await reply)).toContain('mysql -phunter2hunter2')
})

it('reports what is asked and holds it', async () => {
  const suggestion = { type: 'setMode', mode: 'acceptEdits', destination: 'session' }
  ask({ permission_suggestions: [suggestion], agent_id: 'a1' })
  expect(told).toMatchObject([
    [
      'approvalRequested',
      {
        runnerId: RUNNER,
        epoch: 1,
        providerSessionId: 's',
        subagentId: 'a1',
        kind: 'tool',
        toolName: 'Bash',
        toolInput: { command: 'ls' },
        suggestions: [suggestion],
        summary: 'ls',
      },
    ],
  ])
})

describe('an answer', () => {
  it('is confirmed once the program has it, and the same again for a daemon that asks again', async () => {
    const asked = ask()
    const given = answer(asked.id)
    expect(await asked.reply).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    })
    expect(outcomes()).toEqual([])
    asked.deliver(true)
    await given
    expect(outcomes()).toEqual(['allowed'])
    await answer(asked.id)
    expect(outcomes()).toEqual(['allowed'])
    expect(timers).toEqual([])
  })

  it('that the program did not get any more did not happen', async () => {
    const asked = ask()
    const given = answer(asked.id, { behavior: 'deny', message: 'no' })
    asked.deliver(false)
    await expect(given).rejects.toMatchObject({ code: 'not_found' })
    expect(outcomes()).toEqual(['elsewhere'])
  })

  it('is refused for what is not asked, and for another life', async () => {
    const asked = ask()
    await expect(answer('0b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d')).rejects.toMatchObject({ code: 'not_found' })
    const other = { runnerId: RUNNER, epoch: 2, approvalId: asked.id, answer: ALLOW }
    await expect(approvals.answer(other)).rejects.toMatchObject({ code: 'not_found' })
    approvals.activity(RUNNER, 1, 'waiting_permission', 'program-status')
    approvals.activity(RUNNER, 1, 'working', 'program-status')
    await expect(answer(asked.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a question is over', () => {
  const input = { command: 'ls' }
  it.each<[string, () => void, string[]]>([
    ['when its tool has run', () => call('PostToolUse', { tool_name: 'Bash', tool_input: input }), ['elsewhere']],
    [
      'when its tool has failed',
      () => call('PostToolUseFailure', { tool_name: 'Bash', tool_input: input }),
      ['elsewhere'],
    ],
    ['not when another call of its tool has run', () => call('PostToolUse', { tool_name: 'Bash', tool_input: {} }), []],
    ['not when another tool has run', () => call('PostToolUse', { tool_name: 'Read', tool_input: input }), []],
    [
      'not when a sub-agent has run the same',
      () => call('PostToolUse', { tool_name: 'Bash', tool_input: input, agent_id: 'a' }),
      [],
    ],
    ['when the turn has ended', () => call('Stop'), ['elsewhere']],
    ['not when a sub-agent has ended', () => call('SubagentStop', { agent_id: 'a' }), []],
    ['when the next prompt is in', () => call('UserPromptSubmit'), ['elsewhere']],
    ['when the program leaves', () => call('SessionEnd', { reason: 'other' }), ['ended']],
    [
      'when the runner does not wait any more',
      () => {
        approvals.activity(RUNNER, 1, 'waiting_permission', 'program-status')
        approvals.activity(RUNNER, 1, 'working', 'program-status')
      },
      ['elsewhere'],
    ],
    [
      'not when another tool’s hook says that it works',
      () => {
        approvals.activity(RUNNER, 1, 'waiting_permission', 'hook')
        approvals.activity(RUNNER, 1, 'working', 'hook')
      },
      [],
    ],
    [
      'not when word of work before it comes late',
      () => approvals.activity(RUNNER, 1, 'working', 'program-status'),
      [],
    ],
    [
      'not when the program takes back what it said of itself',
      () => {
        approvals.activity(RUNNER, 1, 'waiting_permission', 'program-status')
        approvals.activity(RUNNER, 1, 'unknown', 'program-status')
      },
      [],
    ],
    ['when the runner has ended', () => approvals.ended(RUNNER, 1), ['ended']],
    ['not when an earlier life has ended', () => approvals.ended(RUNNER, 0), []],
    ['when a day has gone by', () => lapse(DAY), ['expired']],
  ])('%s', async (_, happens, expected) => {
    const asked = ask()
    happens()
    await Promise.resolve()
    expect(outcomes()).toEqual(expected)
    // Its own prompt is all that is left: nothing is answered for anybody.
    if (expected.length > 0) expect(await asked.reply).toBeNull()
  })

  it('when the program hangs up and lives on, and with the runner when it does not', () => {
    ask().hangUp()
    expect(outcomes()).toEqual([])
    lapse(1_000)
    expect(outcomes()).toEqual(['elsewhere'])
    ask().hangUp()
    approvals.ended(RUNNER, 1)
    lapse(1_000)
    ask().hangUp()
    alive = false
    lapse(1_000)
    expect(outcomes()).toEqual(['elsewhere', 'ended', 'ended'])
  })

  it('with the program, when its question vanishes while it leaves', () => {
    ask()
    approvals.activity(RUNNER, 1, 'waiting_permission', 'program-status')
    alive = false
    approvals.activity(RUNNER, 1, 'idle', 'program-status')
    expect(outcomes()).toEqual(['ended'])
  })

  it('of several, only when that is certain', () => {
    ask()
    ask({ agent_id: 'a', tool_input: { command: 'make' } })
    approvals.activity(RUNNER, 1, 'waiting_permission', 'program-status')
    approvals.activity(RUNNER, 1, 'working', 'program-status')
    expect(outcomes()).toEqual([])
    call('SubagentStop', { agent_id: 'a' })
    expect(outcomes()).toEqual(['elsewhere'])
  })
})

it('stopping leaves every question to the program’s own prompt', async () => {
  const asked = ask()
  approvals.stop()
  expect(await asked.reply).toBeNull()
  expect(timers).toEqual([])
})
