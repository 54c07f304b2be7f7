import { z } from 'zod'
import { confinementProfile } from '../project/confinement'
import { providerId } from '../provider/provider'

const facts = z.object({
  name: z.string(),
  path: z.string(),
  description: z.string().nullable(),
  defaultProvider: providerId,
})

/** `data` of the events of a project and its quotas. */
export const projectEventData = {
  'project.created': z.object({ name: z.string(), path: z.string(), defaultProvider: providerId }),
  'project.updated': z
    .object({
      before: facts.optional(),
      after: facts.optional(),
      variable: z.string().optional().describe('Name of a variable that was set or removed; never its value.'),
      confinement: z
        .object({ before: confinementProfile, after: confinementProfile })
        .optional()
        .describe('How its runners are confined, when that was changed.'),
    })
    .describe('Either before and after, or the name of a variable, or how its runners are confined.'),
  'project.archived': z.object({ name: z.string(), archived: z.boolean().describe('False when it was brought back.') }),
  'project.deleted': z.object({ name: z.string(), path: z.string() }),
  'quota.updated': z.object({
    kind: z.string(),
    before: z.number().nullable().describe('Null when there was none.'),
    after: z.number().nullable().describe('Null when the default applies again.'),
  }),
  'quota.exceeded': z.object({
    kind: z.string(),
    limit: z.number(),
    used: z.number(),
    provider: providerId.describe('Provider of the launch that was refused, or of the runner that was stopped.'),
  }),
} as const
