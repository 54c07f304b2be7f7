import type { UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { type LineUsage, lineTime, type TranscriptLine } from './line'

/** What the program writes in place of a model where it answered by itself, such as with an error. */
const NO_MODEL = '<synthetic>'
const MAX_ID = 200

/** A line of a version that tells no lifetimes wrote for five minutes; so is what it leaves unexplained. */
function tokensOf(usage: LineUsage): TokenCounts {
  const short = usage.cache_creation?.ephemeral_5m_input_tokens ?? 0
  const long = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite5m: Math.max(short, usage.cache_creation_input_tokens - long),
    cacheWrite1h: long,
  }
}

/** Whether a model wrote it: not the program in its place. */
export const isModelMessage = (line: TranscriptLine): boolean =>
  line.type === 'assistant' && line.isApiErrorMessage !== true && line.message?.model !== NO_MODEL

/**
 * The request to a model that a line tells of, or null. Each line of one message tells the same request. What a fork copied
 * stays with the session that made the request. `file` and `at` say what the line itself does not.
 */
export function usageOfLine(
  line: TranscriptLine,
  file: { providerSessionId: string; subagentId: string | null },
  at: number,
): UsageRecord | null {
  const { message } = line
  if (!isModelMessage(line) || message?.usage == null) return null
  const requestId = line.requestId?.slice(0, MAX_ID) || null
  const messageId = message.id?.slice(0, MAX_ID) || null
  if (!requestId && !messageId) return null
  const session = line.requestSessionId ?? line.forkedFrom?.sessionId ?? line.sessionId
  return {
    requestId,
    messageId,
    providerSessionId: session ? session.slice(0, MAX_ID) : file.providerSessionId,
    subagentId: file.subagentId ?? (line.isSidechain === true ? (line.agentId?.slice(0, MAX_ID) ?? null) : null),
    model: message.model?.slice(0, MAX_ID) ?? 'unknown',
    at: lineTime(line) ?? at,
    tokens: tokensOf(message.usage),
  }
}
