import { z } from 'zod'
import { timestamp, timeZoneName, uuid } from '../primitives'
import { projectRef } from '../project/project'

export const budgetScope = z.enum(['installation', 'project', 'runner'])
export const budgetUnit = z.enum(['tokens', 'usd'])
export const budgetPeriod = z.enum(['hourly', 'daily', 'weekly', 'monthly'])
export type BudgetPeriod = z.infer<typeof budgetPeriod>
/** What happens at 100 %, from the mildest. */
export const budgetPolicy = z.enum(['notify', 'deny-tools', 'pause', 'stop'])
export type BudgetPolicy = z.infer<typeof budgetPolicy>

/** Largest limit: what a double still counts exactly. */
const MAX_LIMIT = 1e12

const limit = z
  .number()
  .positive('must be more than 0')
  .max(MAX_LIMIT, `must be at most ${MAX_LIMIT}`)
  .refine((amount) => Number(amount.toFixed(6)) === amount, 'must have at most 6 digits after the point')

/** Where a budget stands in its present period. Amounts are in its unit. */
const budgetState = z.object({
  start: timestamp,
  end: timestamp,
  spent: z.number(),
  /** Added to the limit for this period only. */
  raisedBy: z.number(),
  /** The limit with what was added to it. */
  limit: z.number(),
  /** Never below 0. */
  remaining: z.number(),
  percent: z.number(),
  exhausted: z.boolean(),
  /** Requests of models without a price, which money cannot count. */
  unpricedRequests: z.number().int(),
})

/** Where it will stand at the end of the period if things go on as they did. */
const budgetForecast = z.object({
  spentAtEnd: z.number(),
  percentAtEnd: z.number(),
  /** When the limit is reached; null when not in this period, or reached already. */
  exhaustedAt: timestamp.nullable(),
})
export type BudgetForecast = z.infer<typeof budgetForecast>

export const budget = z.object({
  id: uuid,
  scope: budgetScope,
  /** Name of its project, or of its runner's; null for the whole installation. */
  project: z.string().nullable(),
  runnerId: uuid.nullable(),
  period: budgetPeriod,
  unit: budgetUnit,
  limit: z.number(),
  policy: budgetPolicy,
  timeZone: z.string(),
  enabled: z.boolean(),
  /** It is the project's quota of tokens per day, and changed as that. */
  quota: z.boolean(),
  current: budgetState,
  /** Null while too little of the period is over to tell. */
  forecast: budgetForecast.nullable(),
})
export type Budget = z.infer<typeof budget>

export const budgetListInput = z.object({ project: projectRef.optional() }).default({})

/**
 * There is one budget for each scope, period and unit: setting it again changes it, and what is left out of it stays. A new
 * one is enabled and only notifies.
 */
export const budgetSetInput = z
  .object({
    project: projectRef.optional(),
    runnerId: uuid.optional(),
    period: budgetPeriod,
    unit: budgetUnit,
    limit,
    policy: budgetPolicy.optional(),
    timeZone: timeZoneName.optional(),
    /** Of a new one that is given no time zone. */
    timeZoneIfNew: timeZoneName.default('UTC'),
    enabled: z.boolean().optional(),
  })
  .refine((input) => input.project === undefined || input.runnerId === undefined, {
    message: 'is for a project or for a runner, not for both',
    path: ['runnerId'],
  })
  .refine((input) => input.unit !== 'tokens' || Number.isInteger(input.limit), {
    message: 'must be a whole number of tokens',
    path: ['limit'],
  })
export type BudgetSetInput = z.output<typeof budgetSetInput>

export const budgetIdInput = z.object({ id: uuid })

/** Adds to the limit for the present period: a share of the limit, or an amount in the budget's unit. */
export const budgetRaiseInput = z.object({
  id: uuid,
  by: z.union([z.object({ percent: z.number().positive().max(1000) }).strict(), z.object({ amount: limit }).strict()]),
})
export type BudgetRaiseInput = z.output<typeof budgetRaiseInput>
