import { z } from 'zod'
import { timestamp, uuid } from '../primitives'

/** `tool`: may it run this. `question`: it asks something with options. `plan`: it has a plan and wants to go on. */
export const approvalKind = z.enum(['tool', 'question', 'plan'])
export type ApprovalKind = z.infer<typeof approvalKind>

/**
 * `answered`: from here, on its way to the program. `allowed`, `denied`: the program has the answer. `elsewhere`: it was
 * answered in the terminal. `expired`: nobody answered, only the program's own prompt is left. `ended`: the program is gone.
 */
export const approvalState = z.enum(['pending', 'answered', 'allowed', 'denied', 'elsewhere', 'expired', 'ended'])
export type ApprovalState = z.infer<typeof approvalState>

/** Longest message that goes with a denial. */
export const MAX_MESSAGE_LENGTH = 2000

// Postgres keeps neither in JSON.
const UNSTORABLE = /[\0\p{Cs}]/u
const answerText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !UNSTORABLE.test(text), 'must not contain NUL or lone surrogates')

/** What is answered. `remember` names suggestions by their place; `answers` maps a question's text to what was chosen. */
export const approvalAnswer = z.discriminatedUnion('behavior', [
  z.object({
    behavior: z.literal('allow'),
    remember: z.array(z.number().int().nonnegative()).max(32).default([]),
    answers: z.record(answerText(4000), answerText(4000)).optional(),
  }),
  z.object({ behavior: z.literal('deny'), message: answerText(MAX_MESSAGE_LENGTH).default('') }),
])
export type ApprovalAnswer = z.infer<typeof approvalAnswer>

/** Something a program waits for a human with. */
export const approval = z.object({
  id: uuid,
  runnerId: uuid,
  project: z.string(),
  sessionId: uuid.nullable(),
  kind: approvalKind,
  toolName: z.string(),
  /** Exactly what the tool would be given. */
  toolInput: z.record(z.string(), z.unknown()),
  /** One line for each thing the program offers to allow from now on; by its place in `remember`. */
  suggestions: z.array(z.string()),
  summary: z.string(),
  /** Asked by a sub-agent. */
  subagentId: z.string().nullable(),
  state: approvalState,
  requestedAt: timestamp,
  answeredAt: timestamp.nullable(),
  answeredBy: z.string().nullable(),
  answeredVia: z.string().nullable(),
})
export type Approval = z.infer<typeof approval>

export const approvalListInput = z
  .object({
    /** Only those that wait for an answer. */
    open: z.boolean().default(true),
    runnerId: uuid.optional(),
    limit: z.number().int().min(1).max(500).default(200),
  })
  .default({ open: true, limit: 200 })
export const approvalAnswerInput = z.object({ id: uuid, answer: approvalAnswer })
