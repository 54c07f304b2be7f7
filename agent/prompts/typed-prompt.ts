/** What a person's keyboard cannot type either: it could leave the paste, or act on the program. */
const CONTROLS = /[^\P{Cc}\n\t]/gu

/** Begin and end of what a terminal marks as pasted: newlines in it do not send. */
const PASTE = { begin: '\u001b[200~', end: '\u001b[201~' } as const

/** Clears a line editor's line, and what an interrupt has put back into it. */
const CLEAR = '\u0015'
const ENTER = '\r'

/** How a program takes a prompt: as a paste into its own editor, or as lines of a terminal. */
export type PromptStyle = 'paste' | 'lines'

/** The text that is typed for a prompt: every newline one character, no controls. */
export const typableText = (text: string): string => text.replace(/\r\n?/g, '\n').replace(CONTROLS, '')

/**
 * What is written for a prompt, in order, each by itself: a program that gets text and Enter at once takes both for a
 * paste, and sends nothing.
 */
export function typedPrompt(text: string, style: PromptStyle): string[] {
  const typable = typableText(text)
  if (style === 'paste') return [CLEAR, `${PASTE.begin}${typable}${PASTE.end}`, ENTER]
  return [`${typable.replace(/\n/g, ENTER)}${ENTER}`]
}

/** What a program puts around a long paste. */
const WRAPPING = /<\/?pasted_content[^>]*>/g

/** Whether what a program says it was given is this prompt; long ones come back wrapped or with other white space. */
export function isSamePrompt(text: string, told: string): boolean {
  const plain = (given: string): string => typableText(given).replace(/\s+/g, ' ').trim()
  return plain(told) === plain(text) || plain(told.replace(WRAPPING, ' ')) === plain(text)
}
