import { z } from 'zod'
import { tokenCounts } from '../usage/tokens'

/** Characters of one text or result that a page carries; the rest is asked for by itself. */
export const MAX_ENTRY_TEXT = 100_000
/** Lines of one diff that a page carries, and characters of one of them. */
export const MAX_DIFF_LINES = 1_000
export const MAX_DIFF_LINE = 1_000

/** A piece of text as it was, cut at MAX_ENTRY_TEXT. Never markup: whoever shows it must show it inert. */
const text = z.object({ text: z.string(), cut: z.boolean() })
export type EntryText = z.infer<typeof text>

/** One line of a diff that a tool made; `gap` stands for lines left out and says which follow. */
export const diffLine = z.object({ kind: z.enum(['same', 'added', 'removed', 'gap']), text: z.string() })
export type DiffLine = z.infer<typeof diffLine>

const base = {
  /** Byte offset of its line in the transcript: names it for ever. */
  position: z.number().int().nonnegative(),
  /** Place within its line, where one line makes several entries. */
  part: z.number().int().nonnegative(),
  /** The program's own id of the line, where it has one. */
  uuid: z.string().nullable(),
  /** ISO 8601; null where the line tells no time. */
  at: z.string().nullable(),
}

const ofMessage = {
  model: z.string().nullable(),
  /** Of the whole message; on its first entry only, so that it is shown and counted once. */
  tokens: tokenCounts.nullable(),
  messageId: z.string().nullable(),
}

/** One thing to show of a transcript, whatever program wrote it. */
export const transcriptEntry = z.discriminatedUnion('kind', [
  z.object({ ...base, kind: z.literal('user'), body: text }),
  z.object({ ...base, ...ofMessage, kind: z.literal('assistant'), body: text }),
  z.object({ ...base, ...ofMessage, kind: z.literal('thinking'), body: text }),
  z.object({
    ...base,
    ...ofMessage,
    kind: z.literal('tool_call'),
    toolUseId: z.string(),
    name: z.string(),
    summary: z.string(),
    input: text,
    /** What the call asks to change; its result tells what was changed. */
    diff: z.array(diffLine).nullable(),
  }),
  z.object({
    ...base,
    kind: z.literal('tool_result'),
    toolUseId: z.string(),
    body: text,
    isError: z.boolean(),
    /** What the tool changed, as the tool tells it. */
    diff: z.array(diffLine).nullable(),
    /** Whose transcript has what was done, where the call started a sub-agent. */
    subagentId: z.string().nullable(),
  }),
  z.object({
    ...base,
    kind: z.literal('compaction'),
    trigger: z.string().nullable(),
    tokensBefore: z.number().nullable(),
    tokensAfter: z.number().nullable(),
  }),
  z.object({ ...base, kind: z.literal('error'), body: text }),
  z.object({ ...base, kind: z.literal('note'), body: text }),
  z.object({ ...base, kind: z.literal('malformed'), body: text, problem: z.string() }),
])
export type TranscriptEntry = z.infer<typeof transcriptEntry>
