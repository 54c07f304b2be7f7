import { z } from 'zod'
import { timestamp } from '../primitives'

/** A directory that agents have worked in and no project covers. */
export const projectSuggestion = z.object({
  path: z.string(),
  /** A name that is free now. */
  name: z.string(),
  sessions: z.number().int(),
  lastActivityAt: timestamp,
})
export type ProjectSuggestion = z.infer<typeof projectSuggestion>
