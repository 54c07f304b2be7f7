import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'

type Tool = NonNullable<ActivityDetail['tool']>

/** A tool call in one line. */
export const toolWords = ({ name, summary }: Tool): string => (summary === '' ? name : `${name}: ${summary}`)

/** How far a todo list has come, `2 of 5`; null without one. */
export function todoProgress(todos: ActivityDetail['todos']): string | null {
  if (todos.length === 0) return null
  return `${todos.filter((todo) => todo.status === 'completed').length} of ${todos.length}`
}

/** What a runner does, in one line for a tile: the tool, else what the program says, else what it has on its list. */
export function activityLine(runner: Runner): string | null {
  const detail = isEnded(runner.status) ? null : runner.activityDetail
  if (detail === null) return null
  if (detail.tool !== null) return toolWords(detail.tool)
  const current = detail.todos.find((todo) => todo.status === 'in_progress')
  return detail.message ?? (runner.activity === 'working' ? (current?.text ?? null) : null)
}

/** How many sub-agents run; null for none. */
export const subagentWords = ({ subagents }: ActivityDetail): string | null =>
  subagents.length === 0 ? null : subagents.length === 1 ? '1 sub-agent' : `${subagents.length} sub-agents`
