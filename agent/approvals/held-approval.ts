import { isDeepStrictEqual } from 'node:util'
import type { ApprovalKind } from '@/contracts/approval/approval'
import type { HookEvent } from '../loopback/hook-event'

/** A question of a program, as far as it takes to know that it is over. */
export interface HeldQuestion {
  kind: ApprovalKind
  toolName: string
  toolInput: Record<string, unknown>
  /** Of the sub-agent that asks; null for the conversation itself. */
  subagentId: string | null
}

/** Hooks that may tell that a question is over. */
export const SETTLING_EVENTS = [
  'PostToolUse',
  'PostToolUseFailure',
  'Stop',
  'StopFailure',
  'SubagentStop',
  'UserPromptSubmit',
  'SessionEnd',
] as const

/** The program leaves with these; with others it goes on under another session. */
const SESSION_GOES_ON: ReadonlySet<string> = new Set(['clear', 'resume'])

/**
 * What a hook says of a question that was not answered from here: answered in the terminal, the program leaves, or
 * nothing (null). Each thread, the conversation and every sub-agent, asks one thing at a time. Pure.
 */
export function judgeSettled(held: HeldQuestion, event: HookEvent): 'elsewhere' | 'ended' | null {
  const name = event.hook_event_name
  if (name === 'SessionEnd') return SESSION_GOES_ON.has(event.reason ?? '') ? 'elsewhere' : 'ended'
  if ((event.agent_id ?? null) !== held.subagentId) return null
  if (name !== 'PostToolUse' && name !== 'PostToolUseFailure') return 'elsewhere'
  if (event.tool_name !== held.toolName) return null
  // Other calls of the same tool, allowed before, may end meanwhile. Answers are written into the input of a question.
  const isSame = held.kind !== 'tool' || isDeepStrictEqual(event.tool_input, held.toolInput)
  return isSame ? 'elsewhere' : null
}
