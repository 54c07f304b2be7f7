import { describe, expect, it } from 'vitest'
import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import { aRunner } from '../testing/a-runner'
import { activityLine, subagentWords, todoProgress } from './activity-words'

const detail = (changes: Partial<ActivityDetail>): ActivityDetail => ({
  source: 'program-status',
  tool: null,
  subagents: [],
  todos: [],
  message: null,
  ...changes,
})
const tool = { name: 'Bash', summary: 'npm test', since: 0 }
const todos: ActivityDetail['todos'] = [
  { text: 'Read', status: 'completed' },
  { text: 'Write', status: 'in_progress' },
]
const line = (changes: Partial<ActivityDetail>, runner = {}) =>
  activityLine(aRunner({ activityDetail: detail(changes), ...runner }))

describe('the line of what a runner does', () => {
  it('is the tool, else the message, else the task at hand', () => {
    expect(line({ tool, message: 'Testing', todos })).toBe('Bash: npm test')
    expect(line({ tool: { ...tool, summary: '' } })).toBe('Bash')
    expect(line({ message: 'Testing', todos })).toBe('Testing')
    expect(line({ todos })).toBe('Write')
  })
  it('is none where nothing is told, where the task rests, and of what has ended', () => {
    expect(line({})).toBeNull()
    expect(line({ todos }, { activity: 'idle' })).toBeNull()
    expect(line({ tool }, { status: 'terminated' })).toBeNull()
    expect(activityLine(aRunner())).toBeNull()
  })
})

it('counts sub-agents and what is done', () => {
  const agent = { id: 'a', type: 'general-purpose', since: 0 }
  expect([[], [agent], [agent, agent]].map((subagents) => subagentWords(detail({ subagents })))).toEqual([
    null,
    '1 sub-agent',
    '2 sub-agents',
  ])
  expect([todoProgress([]), todoProgress(todos)]).toEqual([null, '1 of 2'])
})
