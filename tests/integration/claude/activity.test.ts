import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProgramStatus } from '@/agent/observer/program-status'
import type { Event } from '@/contracts/event/event'
import type { LiveDetail } from '@/contracts/event/live'
import type { RunnerActivity } from '@/contracts/runner/status'
import { type AttachedTerminal, attachTerminal } from '../../support/attached-terminal'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { waitUntil } from '../../support/wait-until'

/** From what a program prints of its state to the change in the event stream of a page. */
const MAX_P95_MS = 250
const TURNS_TIMED = 12

let claude: ClaudeStack
let id: string
let terminal: AttachedTerminal
const seen: { at: number; event: Event }[] = []
const details: LiveDetail[] = []
/** States the program printed, as the terminal got them. */
const stated: { at: number; activity: RunnerActivity }[] = []
let endStream = () => {}

beforeAll(async () => {
  claude = await startClaudeStack({
    permissionMode: 'manual',
    allowedTools: ['Bash(claude:*)', 'Bash(claude -p child)'],
    // This version gives its list of tasks to some models only.
    variables: { CLAUDE_CODE_MAX_RETRIES: '1', CLAUDE_CODE_ENABLE_TODO_TOOLS: '1' },
  })
  const runner = await claude.stack.api.runner.launch.mutate({ project: claude.project.name })
  id = runner.id
  const stream = claude.stack.api.event.live.subscribe(
    { lastEventId: '0', subjectId: id },
    {
      onData(message) {
        if (!('data' in message)) details.push(message)
        else if (!('after' in message.data)) seen.push({ at: performance.now(), event: message.data })
      },
    },
  )
  endStream = () => stream.unsubscribe()
  await waitUntil('it runs', async () => (await runnerNow()).status === 'running')
  terminal = await attachTerminal(claude.stack, id, { onOutput: noteStates })
  await activityIs('idle', 60_000)
}, 300_000)
afterAll(async () => {
  terminal?.close()
  endStream()
  await claude?.stop()
})

const runnerNow = () => claude.stack.api.runner.get.query({ id })
const activities = (): RunnerActivity[] =>
  seen.flatMap(({ event }) => (event.type === 'runner.activity' ? [event.data.activity as RunnerActivity] : []))
const activityIs = (activity: RunnerActivity, timeoutMs = 30_000) =>
  waitUntil(`it is ${activity}`, () => activities().at(-1) === activity, timeoutMs)

/** Notes what an OSC 7501 in the output says; the program writes each in one piece. */
function noteStates(data: Uint8Array): void {
  const at = performance.now()
  for (const part of Buffer.from(data).toString('latin1').split('\u001b]7501;').slice(1)) {
    const status = parseProgramStatus(part.split('\u0007')[0]?.split('\u001b')[0] ?? '')
    if (status?.kind === 'state' && status.activity !== null && status.activity !== stated.at(-1)?.activity)
      stated.push({ at, activity: status.activity })
  }
}

/** Types a prompt as a paste, and sends it once it is in the box. Each is said once: it must not be on the screen before. */
async function say(prompt: string): Promise<void> {
  const bare = (text: string): string => text.replaceAll(/\s/g, '')
  terminal.send(`\u001b[200~${prompt}\u001b[201~`)
  await waitUntil(`${prompt} is in the box`, async () => {
    const { text } = await claude.stack.api.runner.screen.query({ id })
    return bare(text).includes(bare(prompt))
  })
  terminal.send('\r')
}

/** What it does after `act`, until it is idle again. */
async function turn(act: () => Promise<void>): Promise<RunnerActivity[]> {
  const from = activities().length
  await act()
  await waitUntil('the turn is over', () => activities().length > from && activities().at(-1) === 'idle', 60_000)
  return activities().slice(from)
}

describe('the activity of the real Claude Code', () => {
  it('is that of a scripted run: a turn, a permission, an interrupt, an error', async () => {
    expect(await turn(() => say('[[text hello]]'))).toEqual(['working', 'idle'])

    const withPermission = await turn(async () => {
      await say('[[bash touch zz1]]')
      await activityIs('waiting_permission')
      const waiting = await waitUntil('the tool is told', async () => {
        const { activityDetail } = await runnerNow()
        return activityDetail?.tool ? activityDetail : undefined
      })
      expect(waiting).toMatchObject({
        source: 'program-status',
        tool: { name: 'Bash', summary: 'touch zz1' },
        message: 'approve Bash: touch zz1',
      })
      // The dialog takes no key at first: until it does, it is asked again.
      await waitUntil('it is answered', () => {
        if (activities().at(-1) !== 'waiting_permission') return true
        terminal.send('\r')
        return false
      })
    })
    expect(withPermission).toEqual(['working', 'waiting_permission', 'working', 'idle'])
    expect((await runnerNow()).activityDetail?.tool).toBeNull()

    const interrupted = await turn(async () => {
      await say('[[slow 400 100]]')
      await activityIs('working')
      await terminal.sees('word3')
      terminal.send('\u001b')
    })
    expect(interrupted).toEqual(['working', 'idle'])

    expect(await turn(() => say('[[529 9]]'))).toEqual(['working', 'idle'])
    const said = (part: string) =>
      waitUntil(`${part} is told`, async () => (await runnerNow()).activityDetail?.message?.includes(part))
    await said('529')

    await say('[[401 9]]')
    await activityIs('waiting_input')
    await said('/login')
    expect(await turn(() => say('[[text again]]'))).toEqual(['working', 'idle'])
  })

  it('comes with the todo list and the sub-agents', async () => {
    const task = '{"subject":"unit tests","description":"d","activeForm":"Testing"}'
    await turn(() => say(`[[tool TaskCreate ${task}]][[tool TaskUpdate {"taskId":"1","status":"in_progress"}]]`))
    const { activityDetail } = await runnerNow()
    expect(activityDetail?.todos).toEqual([{ text: 'unit tests', status: 'in_progress' }])
    expect(details.some(({ detail }) => detail?.todos.length === 1)).toBe(true)

    const agent = '{"description":"sub job","prompt":"((hold sub))((text done))","subagent_type":"general-purpose"}'
    const subagents = async () => (await runnerNow()).activityDetail?.subagents ?? []
    await say(`[[tool Agent ${agent}]]`)
    const [subagent] = await waitUntil('it has a sub-agent', async () => {
      const running = await subagents()
      return running.length > 0 && running
    })
    expect(subagent?.type).toBe('general-purpose')
    claude.model.release('sub')
    await waitUntil('the sub-agent is done', async () => (await subagents()).length === 0)
    await activityIs('idle')
  })

  it('is its own while a child claude runs in it, and so is its session', async () => {
    const { sessionId } = await runnerNow()
    const bound = () => seen.filter(({ event }) => event.type === 'session.bound').length
    const before = bound()
    const requests = claude.model.requests().length
    expect(await turn(() => say('[[bash claude -p child]]'))).toEqual(['working', 'idle'])
    const sessions = new Set(
      claude.model
        .requests()
        .slice(requests)
        .map((request) => request.sessionId),
    )
    expect(sessions.size).toBe(2)
    expect([(await runnerNow()).sessionId, bound()]).toEqual([sessionId, before])
  })

  it('binds the session that /clear opens, with its lease, and frees the one before', async () => {
    const { sessionId: first } = await runnerNow()
    await say('/clear')
    const second = await waitUntil('another session is bound', async () => {
      const { sessionId } = await runnerNow()
      return sessionId !== null && sessionId !== first && sessionId
    })
    const sessions = await claude.stack.api.session.list.query({})
    const holder = (sessionId: string | null) => sessions.find((session) => session.id === sessionId)?.runnerId
    expect([holder(first), holder(second)]).toEqual([null, id])
    const [event] = await claude.stack.api.event.list.query({ types: ['session.bound'], subjectId: second })
    expect(event?.data).toMatchObject({ runnerId: id, cause: 'clear', previousSessionId: first })
    // The command is work too, and the session is bound in the middle of it.
    await activityIs('idle')
    expect(await turn(() => say('[[text after]]'))).toEqual(['working', 'idle'])
    expect(claude.model.requests().at(-1)?.sessionId).toBe(second)
  })

  it(`is in a page’s event stream within ${MAX_P95_MS} ms of the program saying so (p95)`, async () => {
    const from = activities().length
    stated.length = 0
    for (let n = 0; n < TURNS_TIMED; n += 1)
      expect(await turn(() => say(`[[text timed ${n}]]`))).toEqual(['working', 'idle'])
    const told = seen.filter(({ event }) => event.type === 'runner.activity').slice(from)
    expect(told.map(({ event }) => event.data.activity)).toEqual(stated.map(({ activity }) => activity))
    const delays = told.map(({ at }, index) => at - (stated[index]?.at ?? 0)).sort((a, b) => a - b)
    const quantile = (share: number) => delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? 0
    const figures = [0.5, 0.95, 1].map((share) => Math.round(quantile(share)))
    process.stdout.write(`activity: ${delays.length} changes, p50/p95/max ${figures.join('/')} ms after the terminal\n`)
    expect(quantile(0.95)).toBeLessThan(MAX_P95_MS)
  })
})
