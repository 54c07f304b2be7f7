import type { ApprovalClosed } from '@/contracts/agent-protocol/approval'
import type { MarkerKind } from '@/contracts/recording/recording'
import { toolSummary } from '../activity/tool-summary'
import { summaryOf } from '../approvals/describe-request'
import type { HookEvent } from '../loopback/hook-event'
import type { Hooks } from '../loopback/hooks'

/** Notes something in the recording of a runner's life. */
export type Mark = (runnerId: string, epoch: number, kind: MarkerKind, label: string) => void

/** What a program is told by its own sub-agents is no prompt of a person. */
const NO_PROMPT = /^<task-notification>/
/** Much more than a marker shows: what is cut off is cut where no secret can be cut in two unnoticed. */
const MAX_PROMPT_CHARACTERS = 4_000

const LABELS: Record<string, { kind: MarkerKind; label(event: HookEvent): string | null }> = {
  UserPromptSubmit: {
    kind: 'prompt',
    label: ({ prompt = '' }) =>
      prompt === '' || NO_PROMPT.test(prompt) ? null : prompt.slice(0, MAX_PROMPT_CHARACTERS),
  },
  PreToolUse: {
    kind: 'tool',
    label: ({ tool_name: name, tool_input: input }) => (name === undefined ? null : `${name} ${toolSummary(input)}`),
  },
  PermissionRequest: {
    kind: 'approval',
    label: ({ tool_name: name, tool_input: input = {} }) =>
      name === undefined ? null : `asks: ${name} ${summaryOf(name, input)}`,
  },
  Stop: { kind: 'status', label: () => 'turn ended' },
  StopFailure: { kind: 'status', label: ({ error }) => `turn failed: ${error ?? 'no reason given'}` },
}

/** Marks in recordings what programs say by their hooks. */
export function markHooks(hooks: Pick<Hooks, 'listen'>, mark: Mark): void {
  for (const [name, { kind, label }] of Object.entries(LABELS)) {
    hooks.listen(name, ({ runnerId, epoch, event }) => {
      const text = label(event)
      if (text !== null) mark(runnerId, epoch, kind, text)
      return null
    })
  }
}

const OUTCOMES: Record<ApprovalClosed['outcome'], string> = {
  allowed: 'allowed',
  denied: 'denied',
  elsewhere: 'answered in the terminal',
  expired: 'nobody answered',
  ended: 'the program ended',
}

/** Marks how a question ended. */
export const markClosed = (mark: Mark, { runnerId, epoch, outcome }: ApprovalClosed): void =>
  mark(runnerId, epoch, 'approval', OUTCOMES[outcome])
