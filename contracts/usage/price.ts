import { z } from 'zod'

/** US dollars for a million tokens. */
const dollars = z.number().nonnegative().max(1_000_000)

/** What a million tokens of each kind cost. */
export const rates = z.object({
  input: dollars,
  output: dollars,
  cacheRead: dollars,
  cacheWrite5m: dollars,
  cacheWrite1h: dollars,
})
export type Rates = z.infer<typeof rates>

/** What a model costs from a day on, until a later row of the same model. */
export const modelPrice = rates.extend({
  /** The model's name without date, cloud and variant: `claude-opus-5-5`. */
  model: z.string().min(1).max(200),
  /** A day in UTC, `2026-10-07`. Left out: from the beginning. */
  validFrom: z.iso.date().optional(),
  /** Other rates for whole requests that send more than this: input, cache reads and cache writes together. */
  longPrompt: rates.extend({ above: z.number().int().positive() }).optional(),
})
export type ModelPrice = z.infer<typeof modelPrice>

export const priceList = z.array(modelPrice).max(10_000)
