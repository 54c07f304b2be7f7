import type { ApprovalAnswer } from '@/contracts/approval/approval'

/** What was asked, exactly as the program said it: what is sent back must be its own. */
export interface AskedPermission {
  toolInput: Record<string, unknown>
  suggestions: readonly Record<string, unknown>[]
}

/** The hook's reply that tells Claude Code an answer. */
export function permissionReply(asked: AskedPermission, answer: ApprovalAnswer): Record<string, unknown> {
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: decision(asked, answer) } }
}

function decision({ toolInput, suggestions }: AskedPermission, answer: ApprovalAnswer): Record<string, unknown> {
  if (answer.behavior === 'deny') return { behavior: 'deny', message: answer.message || 'Denied by the user.' }
  const updatedPermissions = answer.remember.flatMap((place) => suggestions[place] ?? [])
  return {
    behavior: 'allow',
    ...(updatedPermissions.length > 0 ? { updatedPermissions } : {}),
    ...(answer.answers === undefined ? {} : { updatedInput: { ...toolInput, answers: answer.answers } }),
  }
}
