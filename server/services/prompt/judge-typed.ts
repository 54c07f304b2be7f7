import type { TypePromptReply } from '@/contracts/agent-protocol/prompt'
import type { PromptOutcome } from './close-prompt'

/** The agent says that the program is not ready for a prompt: nothing was typed, and it may be tried again. */
const NOT_NOW: ReadonlySet<string> = new Set(['busy', 'unavailable'])

/** What an agent's reply says became of a prompt; `requeue`: it was not typed and keeps its place. Pure. */
export function judgeTyped(reply: TypePromptReply): PromptOutcome | 'requeue' {
  if (reply.ok) return { state: reply.confirmed ? 'received' : 'unconfirmed', error: null }
  if (NOT_NOW.has(reply.code)) return 'requeue'
  return { state: 'failed', error: reply.error }
}
