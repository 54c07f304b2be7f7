import type { TokenCounts } from '@/contracts/usage/tokens'

/** A reply that began, and what the API has told of its usage so far. */
export interface CountedRequest {
  requestId: string
  messageId: string
  sessionId: string
  /** Null: the conversation itself, not a sub-agent of it. */
  agentId: string | null
  model: string
  /** A turn of the conversation, or a call on the side, e.g. for a title. */
  kind: 'turn' | 'side'
  /** `aborted`: the client went away; `dropped`: the connection was cut. Neither heard more than the reply's start. */
  outcome: 'open' | 'complete' | 'aborted' | 'dropped'
  tokens: TokenCounts
}

export interface UsageCount {
  total: TokenCounts
  /** By session id, then by model. */
  sessions: Record<string, Record<string, TokenCounts>>
}

const NOTHING: TokenCounts = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }

const add = (left: TokenCounts, right: TokenCounts): TokenCounts => ({
  input: left.input + right.input,
  output: left.output + right.output,
  cacheRead: left.cacheRead + right.cacheRead,
  cacheWrite5m: left.cacheWrite5m + right.cacheWrite5m,
  cacheWrite1h: left.cacheWrite1h + right.cacheWrite1h,
})

/** Adds up what the API has told of these requests. */
export function countUsage(requests: readonly CountedRequest[]): UsageCount {
  const count: UsageCount = { total: NOTHING, sessions: {} }
  for (const { sessionId, model, tokens } of requests) {
    count.total = add(count.total, tokens)
    const models = count.sessions[sessionId] ?? {}
    models[model] = add(models[model] ?? NOTHING, tokens)
    count.sessions[sessionId] = models
  }
  return count
}

/** Usage of turn n: unlike any other's, so that sums can be checked to the token. */
export const tokensOfTurn = (n: number): TokenCounts => ({
  input: 100 + n,
  output: 10 + n,
  cacheRead: 5000 + n,
  cacheWrite5m: 1000 + n,
  cacheWrite1h: 0,
})

/** Usage of every call on the side. */
export const TOKENS_OF_SIDE_CALL: TokenCounts = { ...NOTHING, input: 7, output: 3 }

/** As the Messages API words it. */
export const asApiUsage = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: TokenCounts) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: cacheRead,
  cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
  cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
  service_tier: 'standard',
})
