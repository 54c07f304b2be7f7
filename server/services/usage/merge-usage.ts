import { type TokenCounts, totalTokens } from '@/contracts/usage/tokens'

/** Who tells of a request. */
export type UsageTeller = 'transcript' | 'telemetry'

/** One request as a teller tells it. */
export interface ToldUsage {
  messageId: string | null
  subagentId: string | null
  model: string
  at: Date
  tokens: TokenCounts
}

/** One request as the ledger has it. */
export interface LedgerUsage extends ToldUsage {
  /** All tokens as each source tells them; null while it has not spoken. */
  transcriptTokens: number | null
  telemetryTokens: number | null
}

const fullest = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  input: Math.max(a.input, b.input),
  output: Math.max(a.output, b.output),
  cacheRead: Math.max(a.cacheRead, b.cacheRead),
  cacheWrite5m: Math.max(a.cacheWrite5m, b.cacheWrite5m),
  cacheWrite1h: Math.max(a.cacheWrite1h, b.cacheWrite1h),
})

const earlier = (a: Date, b: Date): Date => (a <= b ? a : b)

/**
 * What the ledger says of a request after one more telling of it. Transcript and telemetry of one request are never added:
 * the transcript is the truth, except for the output, of which it may have only the beginning (a message that was
 * interrupted, or that is still being written in older versions): there the larger counts. Telemetry alone counts until
 * the transcript speaks. The result is the same in whatever order and however often they tell.
 */
export function mergeUsage(before: LedgerUsage | null, told: ToldUsage, teller: UsageTeller): LedgerUsage {
  const total = totalTokens(told.tokens)
  if (before === null) {
    const saidBy = teller === 'transcript' ? { transcriptTokens: total } : { telemetryTokens: total }
    return { ...told, transcriptTokens: null, telemetryTokens: null, ...saidBy }
  }
  const output = Math.max(before.tokens.output, told.tokens.output)
  const wasTold = before.transcriptTokens !== null
  if (teller === 'transcript') {
    return {
      messageId: told.messageId ?? before.messageId,
      subagentId: before.subagentId ?? told.subagentId,
      model: told.model,
      at: wasTold ? earlier(before.at, told.at) : told.at,
      tokens: { ...(wasTold ? fullest(before.tokens, told.tokens) : told.tokens), output },
      transcriptTokens: Math.max(before.transcriptTokens ?? 0, total),
      telemetryTokens: before.telemetryTokens,
    }
  }
  return {
    messageId: before.messageId ?? told.messageId,
    subagentId: before.subagentId ?? told.subagentId,
    model: before.model,
    at: wasTold ? before.at : earlier(before.at, told.at),
    tokens: wasTold ? { ...before.tokens, output } : fullest(before.tokens, told.tokens),
    transcriptTokens: before.transcriptTokens,
    telemetryTokens: Math.max(before.telemetryTokens ?? 0, total),
  }
}

/** Whether two states of a request are the same to the ledger. */
export const isSameUsage = (a: LedgerUsage, b: LedgerUsage): boolean =>
  a.messageId === b.messageId &&
  a.subagentId === b.subagentId &&
  a.model === b.model &&
  a.at.getTime() === b.at.getTime() &&
  a.transcriptTokens === b.transcriptTokens &&
  a.telemetryTokens === b.telemetryTokens &&
  Object.entries(a.tokens).every(([kind, count]) => b.tokens[kind as keyof TokenCounts] === count)
