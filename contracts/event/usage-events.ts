import { z } from 'zod'
import { budgetPeriod, budgetPolicy, budgetScope, budgetUnit } from '../budget/budget'
import { timestamp, uuid } from '../primitives'
import { providerId } from '../provider/provider'
import { tokenCounts } from '../usage/tokens'

const budgetFacts = z.object({
  budgetId: uuid,
  scope: budgetScope,
  unit: budgetUnit,
  period: budgetPeriod,
  limit: z.number(),
  policy: budgetPolicy,
})

/** `data` of the events of what is used and what it may cost. */
export const usageEventData = {
  'metrics.tokens': z
    .object({
      runnerId: uuid.nullable().describe('The runner that used them, where it was one of ours.'),
      sessionId: uuid,
      model: z.string(),
      requests: z.number().int(),
      tokens: tokenCounts,
      costUsd: z.number().nullable().describe('Null where the price table does not know the model.'),
    })
    .describe('What requests to a model used since the last such event of this session and model.'),
  'budget.warning': budgetFacts.extend({
    percent: z.number().describe('Share of the budget that is used; 75, 90 or 100 when it was crossed.'),
    used: z.number(),
    limit: z.number().describe('With what was added to it for the present period.'),
    periodStart: timestamp,
    periodEnd: timestamp,
  }),
  'budget.refused': budgetFacts
    .extend({
      used: z.number(),
      limit: z.number().describe('With what was added to it for the present period.'),
      periodEnd: timestamp,
      provider: providerId.describe('Provider of the launch that was refused.'),
    })
    .describe('A launch, restart or resume was refused; told at most once a minute per project.'),
  'budget.updated': budgetFacts.extend({ enabled: z.boolean() }).describe('It was made or changed.'),
  'budget.deleted': budgetFacts,
  'budget.raised': budgetFacts.extend({
    raisedBy: z.number().describe('Added to the limit for the present period.'),
    periodStart: timestamp,
    periodEnd: timestamp,
  }),
} as const
