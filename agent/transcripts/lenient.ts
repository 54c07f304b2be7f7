import { z } from 'zod'
import { MAX_UNIX_MS } from '@/contracts/agent-protocol/numbers'

/**
 * Transcripts are read leniently: their formats are no promise, grow with every version, and one unforeseen field must not
 * cost a line. What has another type than expected reads as absent.
 */
export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(undefined)

/** A count of tokens; anything that is no plain count reads as none. */
export const tokenCount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).catch(0).default(0)

/** Unix milliseconds of a line's time; null where it tells none, or none that can be read. */
export function timeOf(timestamp: string | null | undefined): number | null {
  const at = timestamp == null ? Number.NaN : Date.parse(timestamp)
  return at >= 0 && at <= MAX_UNIX_MS ? at : null
}

/** What a line's JSON is; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
