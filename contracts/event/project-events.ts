import { z } from 'zod'
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
    })
    .describe('Either before and after, or the name of a variable.'),
  'project.archived': z.object({ name: z.string(), archived: z.boolean().describe('False when it was brought back.') }),
  'project.deleted': z.object({ name: z.string(), path: z.string() }),
  'quota.updated': z.object({
    kind: z.string(),
    before: z.number(),
    after: z.number().nullable().describe('Null when the default applies again.'),
  }),
  'quota.exceeded': z.object({
    kind: z.string(),
    limit: z.number(),
    used: z.number(),
    provider: providerId.describe('Provider of the launch that was refused.'),
  }),
  'budget.warning': z.object({
    percent: z.number().describe('Share of the budget that is used; 75, 90 or 100 when it was crossed.'),
    used: z.number(),
    limit: z.number(),
    unit: z.enum(['tokens', 'usd']),
    period: z.enum(['hourly', 'daily', 'weekly', 'monthly']),
    scope: z.enum(['installation', 'project', 'runner']),
    policy: z.enum(['notify', 'deny-tools', 'pause', 'stop']),
  }),
} as const
