import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import type { HookEvent } from '../loopback/hook-event'
import { type TodoList, todosAfter } from './todo-list'
import { oneLine, toolSummary } from './tool-summary'

/** Tools and sub-agents of one program at once; what is beyond is not shown. */
const MAX_TOOLS = 64
const MAX_SUBAGENTS = 32

type Tool = NonNullable<ActivityDetail['tool']>
type Subagent = ActivityDetail['subagents'][number]

/** What a program has begun and not yet ended, as its hooks told. */
export interface WorkInProgress {
  /** Of the conversation itself, by id, in the order they began. */
  tools: ReadonlyMap<string, Tool>
  subagents: ReadonlyMap<string, Subagent>
  todos: TodoList
}

export const NO_WORK: WorkInProgress = { tools: new Map(), subagents: new Map(), todos: new Map() }

function including<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value, max: number) {
  return map.size >= max ? map : new Map(map).set(key, value)
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string | undefined) {
  return new Map([...map].filter(([known]) => known !== key))
}

/** A turn is over, or was interrupted: none of its tools runs any more. Sub-agents in the background may. */
export const afterTurn = (work: WorkInProgress): WorkInProgress =>
  work.tools.size === 0 ? work : { ...work, tools: NO_WORK.tools }

/** What is in progress after `event`. `now` is Unix milliseconds. */
export function workAfter(work: WorkInProgress, event: HookEvent, now: number): WorkInProgress {
  const isOfSubagent = event.agent_id !== undefined
  switch (event.hook_event_name) {
    case 'PreToolUse': {
      if (isOfSubagent || event.tool_use_id === undefined) return work
      const tool = { name: oneLine(event.tool_name ?? ''), summary: toolSummary(event.tool_input), since: now }
      return { ...work, tools: including(work.tools, event.tool_use_id, tool, MAX_TOOLS) }
    }
    case 'PostToolUse':
      return { ...work, tools: without(work.tools, event.tool_use_id), todos: todosAfter(work.todos, event) }
    case 'PostToolUseFailure':
      return { ...work, tools: without(work.tools, event.tool_use_id) }
    case 'SubagentStart': {
      if (event.agent_id === undefined) return work
      const subagent = { id: oneLine(event.agent_id), type: oneLine(event.agent_type ?? ''), since: now }
      return { ...work, subagents: including(work.subagents, event.agent_id, subagent, MAX_SUBAGENTS) }
    }
    case 'SubagentStop':
      return { ...work, subagents: without(work.subagents, event.agent_id) }
    case 'UserPromptSubmit':
    case 'Stop':
    case 'StopFailure':
      return isOfSubagent ? work : afterTurn(work)
    case 'SessionEnd':
      return NO_WORK
    default:
      return work
  }
}
