import { z } from 'zod'
import { timestamp, timeZoneName, uuid } from '../primitives'
import { projectRef } from '../project/project'
import { tokenCounts } from './tokens'

/** What usage is told apart by. */
export const usageBy = z.enum(['project', 'day', 'model', 'session', 'node', 'runner'])
export type UsageBy = z.infer<typeof usageBy>

export const usageSummaryInput = z
  .object({
    by: usageBy.default('project'),
    /** From then on, and before then; left out: without bound. */
    from: timestamp.optional(),
    to: timestamp.optional(),
    project: projectRef.optional(),
    /** Only what was used in this runner. */
    runner: uuid.optional(),
    /** Whose days are meant. */
    timeZone: timeZoneName.default('UTC'),
  })
  .default({ by: 'project', timeZone: 'UTC' })

/** What some requests used. */
export const usageSum = z.object({
  requests: z.number().int(),
  tokens: tokenCounts,
  totalTokens: z.number().int(),
  /** US dollars, by the price table. Requests without a price add nothing: they are counted in `unpricedRequests`. */
  costUsd: z.number(),
  unpricedRequests: z.number().int(),
})
export type UsageSum = z.infer<typeof usageSum>

/** Requests that both tell of, and by how many tokens telemetry told more than transcripts (less: negative). */
const usageDrift = z.object({
  requests: z.number().int(),
  tokens: z.number().int(),
  /** All tokens that each tells of; never added to each other, see `totalTokens` for what counts. */
  transcriptTokens: z.number().int(),
  telemetryTokens: z.number().int(),
  /** Requests only one of them tells of. */
  onlyTranscript: z.number().int(),
  onlyTelemetry: z.number().int(),
})

export type UsageDrift = z.infer<typeof usageDrift>

export const usageSummary = z.object({
  total: usageSum,
  /** The largest first; days in their order. `key` is an id, a day or a model; null: of none, such as no project. */
  parts: z.array(usageSum.extend({ key: z.string().nullable(), name: z.string().nullable(), drift: usageDrift })),
  /** Parts there are more than are listed. */
  moreParts: z.number().int(),
  drift: usageDrift,
  /** Models that have no price. */
  unpricedModels: z.array(z.string()),
  /** Why the user's own prices do not count; null when nothing is wrong. */
  pricesProblem: z.string().nullable(),
})
export type UsageSummary = z.infer<typeof usageSummary>

export const usageReindexInput = z.object({ node: z.string().max(255).optional() }).default({})
export const usageReindexed = z.object({ files: z.number().int() })
