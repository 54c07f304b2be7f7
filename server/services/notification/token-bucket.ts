/** How often something may be done: `burst` at once, then one every `everyMs`. */
export interface Rate {
  burst: number
  everyMs: number
}

/** What is left, and when that was worked out (monotonic). */
export interface Bucket {
  tokens: number
  atMs: number
}

/** Takes one token if there is one; else says how long until there is. Pure. */
export function takeToken(rate: Rate, bucket: Bucket, nowMs: number): { bucket: Bucket; waitMs: number } {
  const tokens = Math.min(rate.burst, bucket.tokens + (nowMs - bucket.atMs) / rate.everyMs)
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, atMs: nowMs }, waitMs: 0 }
  return { bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil((1 - tokens) * rate.everyMs) }
}
