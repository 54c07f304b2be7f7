import { z } from 'zod'

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** Tokens of one or many requests. Input excludes what was read from or written to the cache. */
export const tokenCounts = z.object({
  input: count,
  output: count,
  cacheRead: count,
  /** Written to the cache to live 5 minutes, and for an hour: they have different prices. */
  cacheWrite5m: count,
  cacheWrite1h: count,
})
export type TokenCounts = z.infer<typeof tokenCounts>

/** All tokens, whatever they cost. */
export const totalTokens = (tokens: TokenCounts): number =>
  tokens.input + tokens.output + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h
