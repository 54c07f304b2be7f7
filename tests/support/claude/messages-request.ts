import { z } from 'zod'

const textBlock = z.object({ type: z.literal('text'), text: z.string() })

/** The parts of a Messages API request that decide the reply. */
export const messagesRequest = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  tools: z.array(z.unknown()).optional(),
  messages: z.array(
    z.object({ role: z.string(), content: z.union([z.string(), z.array(z.record(z.string(), z.unknown()))]) }),
  ),
})
export type MessagesRequest = z.infer<typeof messagesRequest>

/** What the program adds to a prompt on its own. */
const ADDED = /<(system-reminder|local-command-[a-z]+|command-[a-z]+|task-notification)>[\s\S]*?<\/\1>/g

/** Requests without tools are the program's own side calls (titles, probes): they are not turns. */
export const isTurn = (request: MessagesRequest): boolean => (request.tools?.length ?? 0) > 0

export interface Prompt {
  text: string
  /** Where it stands in the conversation: the same text typed again stands elsewhere. */
  place: string
}

/** The newest text of a user, however many tool results came after it; empty text when there is none. */
export function newestPrompt(request: MessagesRequest): Prompt {
  for (const [index, { role, content }] of [...request.messages.entries()].reverse()) {
    if (role !== 'user') continue
    // After a failed request several prompts are blocks of one message: the last one is new.
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    for (const [block, value] of [...blocks.entries()].reverse()) {
      const parsed = textBlock.safeParse(value)
      const text = parsed.success ? parsed.data.text.replace(ADDED, '').trim() : ''
      if (text !== '') return { text, place: `${index}.${block}` }
    }
  }
  return { text: '', place: '' }
}
