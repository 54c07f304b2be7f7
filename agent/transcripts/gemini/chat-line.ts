import { z } from 'zod'
import { jsonOf, optional, tokenCount } from '../lenient'

/** `input` counts what was cached; what was thought and what tools put into the prompt are beside the others. */
const tokens = z.object({
  input: tokenCount,
  output: tokenCount,
  cached: tokenCount,
  thoughts: tokenCount,
  tool: tokenCount,
})
export type ChatTokens = z.infer<typeof tokens>

/**
 * One line of a chat: its head (`sessionId`, `kind`), a message, written again with the same id when it changes, or a
 * change of other facts (`$set`), which may hold the whole history again.
 */
const chatLine = z.object({
  sessionId: optional(z.string()),
  id: optional(z.string()),
  /** user, gemini, and notes of the program */
  type: optional(z.string()),
  timestamp: optional(z.string()),
  content: z.unknown().optional(),
  model: optional(z.string()),
  tokens: optional(tokens),
  $set: optional(z.object({ summary: optional(z.string()) })),
})
export type ChatLine = z.infer<typeof chatLine>

/** Reads one line of a chat; null for what is none. */
export const parseChatLine = (text: string): ChatLine | null => chatLine.safeParse(jsonOf(text)).data ?? null

const parts = z.array(z.object({ text: optional(z.string()) }))

/** The text of a message: as it is, or of its parts. */
export function textOfChat({ content }: ChatLine): string {
  if (typeof content === 'string') return content
  return (parts.safeParse(content).data ?? []).flatMap(({ text }) => text ?? []).join('\n')
}
