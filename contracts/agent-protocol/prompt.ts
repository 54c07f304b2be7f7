import { z } from 'zod'
import { uuid } from '../primitives'
import { promptText } from '../prompt/prompt'
import { refusal } from './messages'

/** Type a prompt as a person would, and wait until the program says it has it. */
export const typePrompt = z.object({
  runnerId: uuid,
  epoch: z.number().int().nonnegative(),
  /** The same id twice types once. */
  promptId: uuid,
  text: promptText,
})
export type TypePrompt = z.infer<typeof typePrompt>

/** `confirmed`: the program told of exactly this prompt; else it was typed and more is not known. */
export const typePromptReply = z.union([z.object({ ok: z.literal(true), confirmed: z.boolean() }), refusal])
export type TypePromptReply = z.infer<typeof typePromptReply>
