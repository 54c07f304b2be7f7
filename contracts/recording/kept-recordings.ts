import { z } from 'zod'

/** How much of recordings and output logs an agent keeps; the oldest goes first. */
export const keptRecordings = z.object({
  /** Of one runner, on the disk. */
  runnerBytes: z.number().positive(),
  /** Of all runners of the agent, on the disk. */
  totalBytes: z.number().positive(),
  ageMs: z.number().positive(),
})
export type KeptRecordings = z.infer<typeof keptRecordings>
