import { isWaiting, type RunnerActivity } from '@/contracts/runner/status'
import { type HeldQuestion, judgeSettled } from '../approvals/held-approval'
import type { HookEvent } from '../loopback/hook-event'

/** The tool by which a program asks its user something. */
const QUESTION_TOOL = 'AskUserQuestion'

const NOTIFICATIONS: Readonly<Record<string, RunnerActivity>> = {
  permission_prompt: 'waiting_permission',
  idle_prompt: 'idle',
  elicitation_dialog: 'waiting_input',
}

/**
 * What a hook says the program does now; null when it says nothing of that. `before` is what the hooks said last, `asked`
 * the newest question. While that stands other tools begin and end beside it: only what settles it ends the waiting. A
 * sub-agent's hooks tell of the conversation only that a question is asked or is over.
 */
export function hookActivity(
  event: HookEvent,
  before: RunnerActivity | null,
  asked: HeldQuestion | null,
): RunnerActivity | null {
  const waits = before !== null && isWaiting(before)
  const tellsOfTool = event.agent_id === undefined || waits
  switch (event.hook_event_name) {
    case 'PermissionRequest':
      return event.tool_name === QUESTION_TOOL ? 'waiting_input' : 'waiting_permission'
    case 'PreToolUse':
      return tellsOfTool && !(waits && asked) ? 'working' : null
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return tellsOfTool && !(waits && asked && judgeSettled(asked, event) === null) ? 'working' : null
    case 'PermissionReplied':
    case 'UserPromptSubmit':
    case 'PreCompact':
      return 'working'
    case 'Notification':
      return NOTIFICATIONS[event.notification_type ?? ''] ?? null
    case 'Stop':
    case 'StopFailure':
    case 'SessionEnd':
      return 'idle'
    default:
      return null
  }
}
