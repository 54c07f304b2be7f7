import { z } from 'zod'
import { approvalAnswer, approvalKind } from '../approval/approval'
import { uuid } from '../primitives'
import { count, unixMs } from './numbers'

/** Bytes of a tool's input that are passed on; what is longer is cut by the agent, which says so in the input. */
export const MAX_TOOL_INPUT_BYTES = 256 * 1024

const runnerLife = { runnerId: uuid, epoch: count }

/** A program asks, and its question is held open by the agent. Repeated until acknowledged. */
export const approvalRequested = z.object({
  ...runnerLife,
  /** Made by the agent. */
  approvalId: uuid,
  providerSessionId: z.string().max(200),
  subagentId: z.string().max(200).nullable(),
  kind: approvalKind,
  toolName: z.string().max(200),
  toolInput: z.record(z.string(), z.unknown()),
  /** As the program gave them: what it takes back when one is chosen. */
  suggestions: z.array(z.record(z.string(), z.unknown())).max(32),
  summary: z.string().max(500),
  at: unixMs,
})
export type ApprovalRequested = z.infer<typeof approvalRequested>

/** A question is over. Repeated until acknowledged. */
export const approvalClosed = z.object({
  ...runnerLife,
  approvalId: uuid,
  outcome: z.enum(['allowed', 'denied', 'elsewhere', 'expired', 'ended']),
  at: unixMs,
})
export type ApprovalClosed = z.infer<typeof approvalClosed>

/** The answer to a held question. Refused with `not_found` when it is not held any more. */
export const answerApproval = z.object({ ...runnerLife, approvalId: uuid, answer: approvalAnswer })
export type AnswerApproval = z.infer<typeof answerApproval>

/** From now on every tool call of the runner is refused with the reason; null: none is. Level, not edge: sent again. */
export const setToolGate = z.object({ ...runnerLife, reason: z.string().max(500).nullable() })
export type SetToolGate = z.infer<typeof setToolGate>
