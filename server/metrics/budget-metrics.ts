import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../db/database'
import { readRows } from './read-rows'

/** Budgets with the name of what they are for. The present period may have no row yet: then nothing is used. */
const BUDGETS_QUERY = `
  SELECT b.id AS budget,
         CASE WHEN b.runner_id IS NOT NULL THEN 'runner:' || b.runner_id
              WHEN p.name IS NOT NULL THEN 'project:' || p.name ELSE 'global' END AS scope,
         b.period::text AS period, b.unit::text AS unit, b.policy::text AS policy,
         COALESCE(s.spent / NULLIF(b."limit" + s.raised_by, 0), 0)::float8 AS used
    FROM budgets b
    LEFT JOIN projects p ON p.id = b.project_id
    LEFT JOIN budget_spends s ON s.budget_id = b.id AND s.period_start <= $1 AND s.period_end > $1
   WHERE b.enabled`

type Labels = Record<'budget' | 'scope' | 'period' | 'unit' | 'policy', string>

/** How far budgets are used up: read from the database, so that no restart makes it wrong. */
export function registerBudgetMetrics(registry: Registry, db: Pick<Database, 'pool'>, now: () => Date) {
  const used = new Gauge({
    name: 'stratavore_budget_used_ratio',
    help: 'Share of a budget that is used in its present period, raises counted; 1 and more is used up.',
    labelNames: ['budget', 'scope', 'period', 'unit', 'policy'],
    registers: [registry],
  })
  return {
    read: async (): Promise<void> => {
      const rows = await readRows<Labels & { used: number }>(db, BUDGETS_QUERY, [now()])
      used.reset()
      for (const { used: ratio, ...labels } of rows) used.set(labels, ratio)
    },
  }
}
