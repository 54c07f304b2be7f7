import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityReport, SessionBound } from '@/contracts/agent-protocol/activity'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { type LoopbackServer, startLoopbackServer } from '../loopback/loopback-server'
import { lifeOf } from '../observer/protocol'
import { claude } from '../providers/claude/claude'
import type { Integration } from '../providers/provider'
import { createPrograms, type Programs } from './programs'

const PID = 4711
const [FIRST, SECOND] = [randomUUID(), randomUUID()]
const runnerId = randomUUID()
let loopback: LoopbackServer
let programs: Programs
let integration: Integration
let bound: SessionBound[]
let reports: ActivityReport[]
/** Makes the program's own file say this. */
let write: (text: string) => void
let fileText = ''

beforeEach(async () => {
  bound = []
  reports = []
  loopback = await startLoopbackServer((message, detail) => {
    throw new Error(`${message}: ${detail}`)
  })
  programs = createPrograms({
    redact: createTextRedactor(['hunter2hunter2']),
    loopback,
    relayScript: '/relay.mjs',
    watchFile(_path, onText) {
      write = onText
      return () => {
        write = () => {}
      }
    },
    onActivity: (report) => reports.push(report),
    onSessionBound: (message) => bound.push(message),
    processesOf: async () => [PID],
    onProblem(message, detail) {
      throw new Error(`${message}: ${detail}`)
    },
    now: () => 1_000,
  })
  integration = programs.open({ runnerId, epoch: 1, cwd: '/work', providerSessionId: FIRST }, claude)
  programs.started(runnerId, 1, { pid: PID, startTicks: 99, bootId: 'b' }, { HOME: '/nonexistent' })
})
afterEach(() => loopback.stop())

const send = (event: object, pid?: number): Promise<Response> =>
  fetch(integration.hookUrl, {
    method: 'POST',
    headers: { 'x-stratavore-secret': integration.secret, ...(pid ? { 'x-stratavore-pid': String(pid) } : {}) },
    body: JSON.stringify(event),
  })
const start = (session_id: string, source: string, pid = PID) =>
  send({ hook_event_name: 'SessionStart', session_id, source, cwd: '/there', model: 'm' }, pid)
const file = (sessionId: string, more: object = {}) => {
  fileText = JSON.stringify({ pid: PID, sessionId, procStart: 99, cwd: '/there', ...more })
  write(fileText)
}
const bindings = () => bound.map(({ providerSessionId, cause }) => [providerSessionId, cause])

describe('the session a program has open', () => {
  it('is told once at its start, and again when it moves on', async () => {
    await start(FIRST, 'startup')
    await start(FIRST, 'compact')
    await send({ hook_event_name: 'SessionEnd', session_id: FIRST, reason: 'clear' })
    await start(SECOND, 'clear')
    file(SECOND)
    expect(bindings()).toEqual([
      [FIRST, 'launch'],
      [SECOND, 'clear'],
    ])
    expect(bound[0]).toEqual({
      runnerId,
      epoch: 1,
      providerSessionId: FIRST,
      cause: 'launch',
      cwd: '/there',
      model: 'm',
      at: 1_000,
    })
  })

  it('is not that of a child, whose start and whose hooks change nothing', async () => {
    await start(SECOND, 'startup', PID + 1)
    await send({ hook_event_name: 'UserPromptSubmit', session_id: SECOND })
    expect([bindings(), reports]).toEqual([[], []])
    await send({ hook_event_name: 'UserPromptSubmit', session_id: FIRST })
    expect(reports.map(({ activity }) => activity)).toEqual(['working'])
  })

  it('is found in the program’s own file where no hook told it', async () => {
    file(FIRST)
    expect(bindings()).toEqual([])
    await send({ hook_event_name: 'SessionEnd', session_id: FIRST, reason: 'clear' })
    file(SECOND)
    expect(bindings()).toEqual([[SECOND, 'clear']])
    await start(SECOND, 'clear')
    file(FIRST)
    expect(bindings().slice(1)).toEqual([[FIRST, 'found']])
  })
})

describe('what a program does', () => {
  it('is judged from its file, its terminal and its hooks', async () => {
    file(FIRST, { status: 'busy' })
    programs.said(lifeOf(runnerId, 1), { status: null, title: '✳ resting' })
    programs.said(lifeOf(runnerId, 1), { status: { activity: 'waiting_permission', message: 'x' }, title: '' })
    await send({ hook_event_name: 'Stop', session_id: FIRST })
    expect(reports.map(({ activity, detail }) => [activity, detail.source])).toEqual([
      ['working', 'session-file'],
      ['waiting_permission', 'program-status'],
    ])
    const vitals = { runnerId, epoch: 1, cpuPercent: 0, memoryBytes: 0, processCount: 1, foreground: 'root' } as const
    expect(programs.withActivity(vitals)).toMatchObject({ activity: 'waiting_permission', activitySeq: 2 })
  })

  it('is unknown of a life that is over, and nobody may speak for it', async () => {
    programs.close(runnerId, 1)
    expect((await send({ hook_event_name: 'Stop', session_id: FIRST })).status).toBe(403)
    file(FIRST, { status: 'busy' })
    expect(reports).toEqual([])
    expect(programs.activityOf(runnerId, 1)).toEqual({ activity: 'unknown', activitySeq: 0 })
  })
})

it('tells nothing secret of what the program does', async () => {
  await send({ hook_event_name: 'SessionStart', session_id: FIRST, source: 'startup', cwd: '/there', model: 'm' }, PID)
  const tool_input = { command: `echo ${'x'.repeat(190)} hunter2hunter2 AKIAIOSFODNN7EXAMPLE` }
  await send({ hook_event_name: 'PreToolUse', session_id: FIRST, tool_name: 'Bash', tool_use_id: 't', tool_input })
  programs.said(`${runnerId}.1`, { status: { activity: 'waiting_input', message: 'with hunter2hunter2' }, title: '' })
  const told = JSON.stringify(reports)
  expect(told).toContain('with [redacted]')
  expect(told).toMatch(/echo x+/)
  expect(told).not.toMatch(/hunter2|AKIA/)
})
