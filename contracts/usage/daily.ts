import { z } from 'zod'
import { timestamp, timeZoneName } from '../primitives'
import { projectRef } from '../project/project'

/** What a day's use is told apart by. */
export const usageStackBy = z.enum(['project', 'model', 'node'])
export type UsageStackBy = z.infer<typeof usageStackBy>

export const usageDailyInput = z.object({
  by: usageStackBy.default('project'),
  /** From then on, and before then. */
  from: timestamp,
  to: timestamp,
  project: projectRef.optional(),
  /** Whose days are meant. */
  timeZone: timeZoneName.default('UTC'),
})

/** What one project, model or node used on one day. Days without any are left out. */
export const usageDay = z.object({
  /** `2026-11-22` */
  day: z.string(),
  /** Id or model; null: of no project. */
  key: z.string().nullable(),
  name: z.string().nullable(),
  requests: z.number().int(),
  /** All tokens, whatever they cost. */
  tokens: z.number(),
  /** US dollars. Requests without a price add nothing: they are counted in `unpricedRequests`. */
  costUsd: z.number(),
  unpricedRequests: z.number().int(),
})
export type UsageDay = z.infer<typeof usageDay>
