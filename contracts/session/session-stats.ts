import { z } from 'zod'
import { projectRef } from '../project/project'

/** Days one call covers at most. */
const MAX_DAYS = 3660

export const sessionStatsInput = z
  .object({
    project: projectRef.optional(),
    /** Only sessions that were active in so many days up to now. */
    days: z.number().int().min(1).max(MAX_DAYS).default(30),
    /** Whose days they are. */
    timeZone: z
      .string()
      .max(64)
      .refine((zone) => isTimeZone(zone), 'must be a time zone, e.g. Europe/Berlin')
      .default('UTC'),
  })
  .default({ days: 30, timeZone: 'UTC' })
export type SessionStatsInput = z.output<typeof sessionStatsInput>

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const figures = {
  sessions: z.number().int(),
  messages: z.number().int(),
  tokens: z.number(),
  costUsd: z.number(),
  /** From the first to the last message of each, added up; milliseconds. */
  durationMs: z.number(),
}

/** A session counts whole, in the day of its last message. */
export const sessionStats = z.object({
  total: z.object(figures),
  /** Most tokens first; null: sessions without a project. */
  projects: z.array(z.object({ project: z.string().nullable(), ...figures })),
  /** Oldest first, days without sessions left out; `day` is YYYY-MM-DD. */
  days: z.array(z.object({ day: z.string(), ...figures })),
})
export type SessionStats = z.infer<typeof sessionStats>
