import type { TranscriptLine } from './line'

/** Texts the program itself writes as the user: what a command said, reminders. */
const NOT_A_PROMPT = [
  '<local-command-',
  '<command-name>',
  '<command-message>',
  '<system-reminder>',
  '<bash-',
  '[Request interrupted by user',
]

/** Whether a text of the user's was written by the program. */
export const isProgramText = (text: string): boolean => NOT_A_PROMPT.some((mark) => text.startsWith(mark))

/**
 * What the user typed, or null for any other line: tool results, summaries and what the program wrote in the user's name
 * are no prompts. Of several blocks the last is the newest, since a failed prompt is sent again with the next.
 */
export function promptText(line: TranscriptLine): string | null {
  if (line.type !== 'user' || line.isMeta === true || line.isCompactSummary === true) return null
  const content = line.message?.content ?? []
  const texts =
    typeof content === 'string' ? [content] : content.filter((block) => block.type === 'text').map(({ text }) => text)
  const prompt = texts.findLast((text) => text != null && !isProgramText(text))?.trim()
  return prompt ? prompt : null
}
