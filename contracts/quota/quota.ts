import { z } from 'zod'
import { timeZoneName } from '../primitives'
import { projectRef } from '../project/project'

/**
 * What a quota limits: live runners, the memory and the CPU of all their processes together (100 is one core), and the
 * tokens used in a day.
 */
export const quotaKind = z.enum(['concurrent_runners', 'memory_bytes', 'cpu_percent', 'tokens_per_day'])
export type QuotaKind = z.infer<typeof quotaKind>

/** Concurrent runners of a project that has no quota of its own. */
export const DEFAULT_RUNNER_QUOTA = 10

export const quota = z.object({
  project: z.string(),
  kind: quotaKind,
  limit: z.number(),
  used: z.number(),
  /** False when the limit is the default and not set for this project. */
  explicit: z.boolean(),
})
export type Quota = z.infer<typeof quota>

export const quotaListInput = z.object({ project: projectRef.optional() }).default({})
/** Above it nothing is counted exactly. */
const whole = (max: number) => z.number().int().min(0).max(max).nullable().optional()
/** Those left out stay as they are; null takes one away, so that its default applies again. */
export const quotaSetInput = z
  .object({
    project: projectRef,
    runners: whole(10_000),
    memoryBytes: whole(Number.MAX_SAFE_INTEGER),
    cpuPercent: whole(1_000_000),
    tokensPerDay: z.number().int().min(1).max(1e12).nullable().optional(),
    /** Whose midnight begins a day of a quota of tokens; left out, it stays. */
    timeZone: timeZoneName.optional(),
    /** Of a new quota of tokens that is given no time zone. */
    timeZoneIfNew: timeZoneName.default('UTC'),
  })
  .refine(
    ({ runners, memoryBytes, cpuPercent, tokensPerDay }) =>
      [runners, memoryBytes, cpuPercent, tokensPerDay].some((limit) => limit !== undefined),
    {
      message: 'names no quota',
      path: ['runners'],
    },
  )
export type QuotaSetInput = z.input<typeof quotaSetInput>
