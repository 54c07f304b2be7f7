import { z } from 'zod'
import { jsonOf, optional, timeOf, tokenCount as tokens } from '../lenient'

/** One block of a message's content, of whatever `type`: text, thinking, tool_use, tool_result and more. */
const contentBlock = z.object({
  type: z.string(),
  text: optional(z.string()),
  thinking: optional(z.string()),
  /** tool_use */
  id: optional(z.string()),
  name: optional(z.string()),
  input: z.unknown().optional(),
  /** tool_result: a text, or blocks of its own. */
  tool_use_id: optional(z.string()),
  content: z.unknown().optional(),
  is_error: optional(z.boolean()),
})
export type ContentBlock = z.infer<typeof contentBlock>

/** Blocks that are none are left out. */
const blocks = z
  .array(contentBlock.nullable().catch(null))
  .transform((list) => list.filter((block): block is ContentBlock => block !== null))

const usage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
  /** The same by how long it lives. Absent in lines of older versions, which wrote for five minutes only. */
  cache_creation: optional(z.object({ ephemeral_5m_input_tokens: tokens, ephemeral_1h_input_tokens: tokens })),
})
export type LineUsage = z.infer<typeof usage>

const message = z.object({
  id: optional(z.string()),
  role: optional(z.string()),
  model: optional(z.string()),
  content: z.union([z.string(), blocks]).catch([]).default([]),
  /** Null while the message is not whole: an interrupted one stays so, and its usage is that of its start. */
  stop_reason: optional(z.string()),
  usage: optional(usage),
})

/** One line of a Claude Code transcript. */
const transcriptLine = z.object({
  /** user, assistant, system, custom-title, and many that tell nothing to us. */
  type: z.string(),
  subtype: optional(z.string()),
  uuid: optional(z.string()),
  parentUuid: optional(z.string()),
  timestamp: optional(z.string()),
  sessionId: optional(z.string()),
  /** On lines a fork copied: the session that made the request. */
  requestSessionId: optional(z.string()),
  /** On lines a branch copied: where they come from. */
  forkedFrom: optional(z.object({ sessionId: z.string() })),
  agentId: optional(z.string()),
  isSidechain: optional(z.boolean()),
  isMeta: optional(z.boolean()),
  isCompactSummary: optional(z.boolean()),
  isApiErrorMessage: optional(z.boolean()),
  isAbortedMidStream: optional(z.boolean()),
  requestId: optional(z.string()),
  message: optional(message),
  /** The text of a system line. */
  content: z.unknown().optional(),
  level: optional(z.string()),
  error: z.unknown().optional(),
  cwd: optional(z.string()),
  gitBranch: optional(z.string()),
  version: optional(z.string()),
  customTitle: optional(z.string()),
  agentName: optional(z.string()),
  compactMetadata: optional(
    z.object({
      trigger: optional(z.string()),
      preTokens: optional(z.number()),
      postTokens: optional(z.number()),
    }),
  ),
  /** What a tool gave back, as the tool has it: diffs, the id of a sub-agent. */
  toolUseResult: z.unknown().optional(),
})
export type TranscriptLine = z.infer<typeof transcriptLine>

/** A line as read: `problem` says for people what is wrong with one that cannot be read. */
export type ParsedLine = { line: TranscriptLine; problem: null } | { line: null; problem: string }

const malformed = (problem: string): ParsedLine => ({ line: null, problem })

/** Reads the text of one line, without its line feed. Never throws. */
export function parseLine(text: string): ParsedLine {
  if (text.includes('\0')) return malformed('It holds NUL bytes, as a file has after a crash.')
  const json = jsonOf(text)
  if (json === undefined) return malformed('It is not JSON.')
  const parsed = transcriptLine.safeParse(json)
  return parsed.success ? { line: parsed.data, problem: null } : malformed('It is not a line of a transcript.')
}

/** Unix milliseconds of a line; null where it tells no time, or none that can be read. */
export const lineTime = (line: Pick<TranscriptLine, 'timestamp'>): number | null => timeOf(line.timestamp)
