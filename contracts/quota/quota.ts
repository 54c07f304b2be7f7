import { z } from 'zod'
import { projectRef } from '../project/project'

/** What a quota limits. Only concurrent runners are enforced so far. */
export const quotaKind = z.enum(['concurrent_runners', 'memory_bytes', 'cpu_percent', 'tokens_per_day'])
export type QuotaKind = z.infer<typeof quotaKind>

/** Concurrent runners of a project that has no quota of its own. */
export const DEFAULT_RUNNER_QUOTA = 10

export const quota = z.object({
  project: z.string(),
  kind: quotaKind,
  limit: z.number().int(),
  used: z.number().int(),
  /** False when the limit is the default and not set for this project. */
  explicit: z.boolean(),
})
export type Quota = z.infer<typeof quota>

export const quotaListInput = z.object({ project: projectRef.optional() }).default({})
export const quotaSetInput = z.object({
  project: projectRef,
  runners: z.number().int().min(0).max(10_000),
})
