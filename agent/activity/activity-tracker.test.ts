import { beforeEach, describe, expect, it } from 'vitest'
import type { ActivityReport } from '@/contracts/agent-protocol/activity'
import { hookEvent } from '../loopback/hook-event'
import { type ActivityTracker, createActivityTracker } from './activity-tracker'

let clock: number
let timers: { at: number; callback: () => void }[]
let reports: ActivityReport[]
let tracker: ActivityTracker

beforeEach(() => {
  clock = 1_000_000
  timers = []
  reports = []
  tracker = createActivityTracker({
    runnerId: 'r',
    epoch: 1,
    report: (report) => reports.push(report),
    now: () => clock,
    setTimer(callback, delayMs) {
      const timer = { at: clock + delayMs, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  })
})

const pass = (ms: number): void => {
  clock += ms
  for (const timer of timers.filter(({ at }) => at <= clock)) {
    timers = timers.filter((other) => other !== timer)
    timer.callback()
  }
}
const hook = (name: string, fields: object = {}): void =>
  tracker.hook(hookEvent.parse({ hook_event_name: name, session_id: 's', ...fields }))
const status = (activity: 'working' | 'idle' | 'waiting_permission', message: string | null = null): void =>
  tracker.say('programStatus', { activity, message })
const activities = () => reports.map(({ activity }) => activity)
const last = () => reports.at(-1)

describe('the activity of one life', () => {
  it('is reported at each change, at once, numbered', () => {
    status('idle')
    status('idle')
    status('working')
    status('idle')
    expect(reports.map(({ seq, activity }) => [seq, activity])).toEqual([
      [1, 'idle'],
      [2, 'working'],
      [3, 'idle'],
    ])
    expect(tracker.current()).toEqual({ activity: 'idle', seq: 3 })
  })

  it('tells a detail alone at most every quarter of a second, and then the newest', () => {
    status('working')
    for (let n = 0; n < 100; n += 1) {
      pass(10)
      hook('PreToolUse', { tool_use_id: `t${n}`, tool_name: 'Bash', tool_input: { command: `step ${n}` } })
      hook('PostToolUse', { tool_use_id: `t${n}` })
    }
    hook('PreToolUse', { tool_use_id: 'x', tool_name: 'Read', tool_input: { file_path: '/a' } })
    expect(reports.length).toBeLessThanOrEqual(5)
    pass(250)
    expect(last()?.detail.tool).toEqual({ name: 'Read', summary: '/a', since: 1_001_000 })
    expect(new Set(activities())).toEqual(new Set(['working']))
  })

  it('of a permission: waiting with the tool, then working, then nothing runs any more', () => {
    const tool = { tool_use_id: 't', tool_name: 'Bash', tool_input: { command: 'ls' } }
    status('working')
    hook('PreToolUse', tool)
    status('waiting_permission', 'approve Bash: ls')
    expect(last()).toMatchObject({ activity: 'waiting_permission', detail: { tool: { name: 'Bash' } } })
    status('working')
    hook('PostToolUse', tool)
    status('idle')
    expect(activities()).toEqual(['working', 'waiting_permission', 'working', 'idle'])
    expect(last()?.detail).toMatchObject({ tool: null, message: null, source: 'program-status' })
  })

  it('forgets the tool of a turn that was interrupted, which no hook tells', () => {
    status('working')
    hook('PreToolUse', { tool_use_id: 't', tool_name: 'Bash' })
    status('idle')
    status('working')
    expect(last()?.detail.tool).toBeNull()
  })

  it('of a version that has hooks and a title only: a turn, a question, its end by Esc, an interrupt', () => {
    const title = (activity: 'working' | 'idle') => tracker.say('title', { activity, message: null })
    const steps: (() => void)[] = [
      () => title('idle'),
      () => hook('UserPromptSubmit'),
      () => title('working'),
      () => hook('PermissionRequest', { tool_name: 'Bash' }),
      () => title('idle'),
      () => tracker.questionDropped(),
      () => hook('UserPromptSubmit'),
      () => title('working'),
      () => title('idle'),
    ]
    for (const step of steps) {
      pass(10)
      step()
    }
    expect(activities()).toEqual(['idle', 'working', 'waiting_permission', 'idle', 'working', 'idle'])
  })

  it('is not touched by a sub-agent’s hooks, but for its questions', () => {
    hook('Stop')
    hook('PreToolUse', { agent_id: 'a', tool_use_id: 't', tool_name: 'Bash' })
    expect(activities()).toEqual(['idle'])
    hook('PermissionRequest', { agent_id: 'a', tool_name: 'Bash', tool_input: {} })
    hook('PostToolUse', { agent_id: 'a', tool_use_id: 't', tool_name: 'Bash', tool_input: {} })
    expect(activities()).toEqual(['idle', 'waiting_permission', 'working'])
  })

  it('waits until the question is over, whatever other tools and sub-agents do meanwhile', () => {
    hook('UserPromptSubmit')
    hook('PreToolUse', { tool_use_id: 'b', tool_name: 'Bash', tool_input: { command: 'make' } })
    hook('PermissionRequest', { tool_name: 'Write', tool_input: { file_path: '/a' } })
    hook('PreToolUse', { tool_use_id: 'r', tool_name: 'Read', tool_input: { file_path: '/b' } })
    hook('PostToolUse', { tool_use_id: 'b', tool_name: 'Bash', tool_input: { command: 'make' } })
    hook('PostToolUse', { tool_use_id: 'x', tool_name: 'Write', tool_input: { file_path: '/a' }, agent_id: 'a' })
    expect(activities()).toEqual(['working', 'waiting_permission'])
    hook('PostToolUse', { tool_use_id: 'w', tool_name: 'Write', tool_input: { file_path: '/a' } })
    expect(activities()).toEqual(['working', 'waiting_permission', 'working'])
  })

  it('says why a turn failed', () => {
    hook('UserPromptSubmit')
    hook('StopFailure', { error: 'overloaded', last_assistant_message: 'API Error: 529\noverloaded' })
    expect(last()).toMatchObject({ activity: 'idle', detail: { message: 'API Error: 529 overloaded', source: 'hook' } })
  })

  it('is said again when asked to, and nothing follows once it is stopped', () => {
    status('working')
    tracker.repeat()
    expect(reports.map(({ seq }) => seq)).toEqual([1, 2])
    hook('PreToolUse', { tool_use_id: 't', tool_name: 'Bash' })
    tracker.stop()
    expect(timers).toEqual([])
  })
})

describe('what is in progress', () => {
  const todos = () => {
    pass(250)
    return last()?.detail.todos.map(({ text, status: state }) => `${text} ${state}`)
  }
  const used = (tool_name: string, tool_input: object, tool_response: object = {}): void =>
    hook('PostToolUse', { tool_use_id: 't', tool_name, tool_input, tool_response })

  it('is the todo list, made and changed item by item', () => {
    status('working')
    used('TaskCreate', {}, { task: { id: '1', subject: 'one' } })
    used('TaskCreate', {}, { task: { id: '2', subject: 'two' } })
    expect(todos()).toEqual(['one pending', 'two pending'])
    used('TaskUpdate', { taskId: '1', status: 'in_progress' })
    expect(todos()).toEqual(['one in_progress', 'two pending'])
    used('TaskUpdate', { taskId: '1', status: 'deleted' })
    used('TaskUpdate', { taskId: '9', status: 'completed' })
    expect(todos()).toEqual(['two pending'])
    used('TaskList', {}, { tasks: [{ id: '3', subject: 'three', status: 'completed', blockedBy: [] }] })
    expect(todos()).toEqual(['three completed'])
    used('TaskCreate', {}, { unknown: true })
    expect(todos()).toEqual(['three completed'])
  })

  it('is the whole todo list of an older version', () => {
    status('working')
    used('TodoWrite', { todos: [{ content: 'a\nb', status: 'pending', activeForm: 'A' }] })
    expect(todos()).toEqual(['a b pending'])
  })

  it('are the sub-agents, also past the turn that started them, until the session ends', () => {
    hook('SubagentStart', { agent_id: 'a', agent_type: 'general-purpose' })
    hook('Stop')
    const subagents = () => {
      pass(250)
      return last()?.detail.subagents.map(({ id, type }) => [id, type])
    }
    expect(subagents()).toEqual([['a', 'general-purpose']])
    // A compaction tells of ends without a start.
    hook('SubagentStop', { agent_id: 'b', agent_type: '' })
    expect(subagents()).toEqual([['a', 'general-purpose']])
    hook('SubagentStop', { agent_id: 'a' })
    expect(subagents()).toEqual([])
    hook('SubagentStart', { agent_id: 'c' })
    hook('SessionEnd', { reason: 'clear' })
    expect(subagents()).toEqual([])
  })
})
