import { z } from 'zod'
import { budgetPeriod, budgetPolicy, budgetUnit } from '@/contracts/budget/budget'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'

/** A budget that has nothing left in its present period. Amounts are in its unit. */
export const exhaustedBudget = z.object({
  id: z.uuid(),
  projectId: z.uuid().nullable(),
  runnerId: z.uuid().nullable(),
  /** Name of its project, or of its runner's. */
  project: z.string().nullable(),
  period: budgetPeriod,
  unit: budgetUnit,
  policy: budgetPolicy,
  timeZone: z.string(),
  used: z.number(),
  /** With what was added to it. */
  limit: z.number(),
  periodEnd: z.coerce.date(),
})
export type ExhaustedBudget = z.infer<typeof exhaustedBudget>

/** Selects them as of `now`; more conditions may follow, on `b`. The first is the strictest. */
export const selectExhausted = (now: Date, condition: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT b.id, b.project_id AS "projectId", b.runner_id AS "runnerId", COALESCE(bp.name, brp.name) AS project,
         b.period::text, b.unit::text, b.policy::text, b.time_zone AS "timeZone", s.spent::float8 AS used,
         (b."limit" + s.raised_by)::float8 AS "limit", s.period_end AS "periodEnd"
    FROM budgets b
    JOIN budget_spends s ON s.budget_id = b.id
    LEFT JOIN projects bp ON bp.id = b.project_id
    LEFT JOIN runners br ON br.id = b.runner_id
    LEFT JOIN projects brp ON brp.id = br.project_id
   WHERE b.enabled AND s.period_start <= ${now} AND s.period_end > ${now} AND s.spent >= b."limit" + s.raised_by
     AND (${condition})
   ORDER BY b.policy DESC, s.period_end DESC, b.id`

/** The exhausted budgets that concern a runner, the strictest first. */
export async function readExhaustedOf(
  tx: Pick<Tx, '$queryRaw'>,
  runner: { id: string; projectId: string },
  now: Date,
): Promise<ExhaustedBudget[]> {
  const concerns = Prisma.sql`b.runner_id = ${runner.id}::uuid OR b.project_id = ${runner.projectId}::uuid
                              OR (b.project_id IS NULL AND b.runner_id IS NULL)`
  return exhaustedBudget.array().parse(await tx.$queryRaw(selectExhausted(now, concerns)))
}

/** All exhausted budgets, the strictest first. */
export const readExhausted = async (tx: Pick<Tx, '$queryRaw'>, now: Date): Promise<ExhaustedBudget[]> =>
  exhaustedBudget.array().parse(await tx.$queryRaw(selectExhausted(now, Prisma.sql`TRUE`)))

/** Whether a budget is for what this runner uses. */
export const concernsRunner = (budget: ExhaustedBudget, runner: { id: string; projectId: string }): boolean =>
  budget.runnerId !== null
    ? budget.runnerId === runner.id
    : budget.projectId === null || budget.projectId === runner.projectId
