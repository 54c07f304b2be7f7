import { z } from 'zod'
import { timestamp, uuid } from '../primitives'

/** Longest prompt from outside, in characters. */
export const MAX_PROMPT_LENGTH = 100_000

/** Text that is typed for somebody: no NUL, and nothing that could leave the paste it is sent in. */
export const promptText = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_PROMPT_LENGTH)
  .refine((text) => !text.includes('\0'), 'must not contain NUL')

/**
 * `received`: the program said it has it. `unconfirmed`: it was typed, and the program cannot or did not say so.
 * `failed`: it was not typed.
 */
export const promptState = z.enum(['queued', 'sending', 'received', 'unconfirmed', 'failed', 'cancelled'])
export type PromptState = z.infer<typeof promptState>

/** A prompt on its way to a runner. */
export const runnerPrompt = z.object({
  id: uuid,
  runnerId: uuid,
  text: z.string(),
  state: promptState,
  error: z.string().nullable(),
  createdBy: z.string(),
  createdAt: timestamp,
  sentAt: timestamp.nullable(),
  closedAt: timestamp.nullable(),
})
export type RunnerPrompt = z.infer<typeof runnerPrompt>

/** Prompts that may wait for one runner: more is a mistake of a script. */
export const MAX_QUEUED_PROMPTS = 100

export const runnerPromptInput = z.object({ id: uuid, text: promptText })
export const runnerPromptsInput = z.object({ id: uuid, limit: z.number().int().min(1).max(500).default(100) })
export const cancelPromptInput = z.object({ promptId: uuid })
