import { Counter, Gauge, type Registry } from 'prom-client'
import { isWaiting, runnerActivity, runnerStatus } from '@/contracts/runner/status'
import type { Database } from '../db/database'
import { readRows } from './read-rows'

/** Goes up and down under a name that Prometheus keeps for counters: told as untyped, so that its lint passes. */
const RUNNERS_NAME = 'stratavore_runners_total'

/** Told as it is named, whatever prom-client calls it. */
export const withRunnersUntyped = (text: string): string =>
  text.replace(`# TYPE ${RUNNERS_NAME} gauge`, `# TYPE ${RUNNERS_NAME} untyped`)

/** What runs, what it does, and what it has used: read from the database, so that no restart makes it wrong. */
export function registerRunnerMetrics(registry: Registry, db: Pick<Database, 'pool'>, now: () => Date) {
  const registers = [registry]
  const byStatus = new Gauge({ name: RUNNERS_NAME, help: 'Runners by status.', labelNames: ['status'], registers })
  const byProject = new Gauge({
    name: 'stratavore_runners_by_project',
    help: 'Runners that hold a slot, by project.',
    labelNames: ['project'],
    registers,
  })
  const byActivity = new Gauge({
    name: 'stratavore_runners_by_activity',
    help: 'Running runners by what they do.',
    labelNames: ['activity'],
    registers,
  })
  const longestWait = new Gauge({
    name: 'stratavore_runners_longest_wait_seconds',
    help: 'How long the running runner that waits longest for a human has been waiting; 0 when none waits.',
    registers,
  })
  // Sessions and tokens only grow: counters, set from the database's own count at each scrape.
  const sessions = new Counter({ name: 'stratavore_sessions_total', help: 'Sessions known.', registers })
  const tokens = new Counter({
    name: 'stratavore_tokens_used_total',
    help: 'Tokens used, by project (scope project:<name>) and in all (scope global).',
    labelNames: ['scope'],
    registers,
  })
  const cost = new Counter({
    name: 'stratavore_cost_usd_total',
    help: 'Cost of what was used in US dollars, by project (scope project:<name>) and in all (scope global); only of models with a price.',
    labelNames: ['scope'],
    registers,
  })
  for (const status of runnerStatus.options) byStatus.set({ status }, 0)
  for (const activity of runnerActivity.options) byActivity.set({ activity }, 0)
  tokens.inc({ scope: 'global' }, 0)
  cost.inc({ scope: 'global' }, 0)

  const readCounts = async () => {
    const rows = await readRows<Record<'status' | 'project' | 'count' | 'tokens' | 'usd' | 'live', string>>(
      db,
      `SELECT r.status::text AS status, p.name AS project, count(*) AS count, sum(r.tokens_used) AS tokens,
              sum(r.cost_usd) AS usd,
              count(*) FILTER (WHERE r.status NOT IN ('terminated', 'failed')) AS live
         FROM runners r JOIN projects p ON p.id = r.project_id GROUP BY 1, 2`,
    )
    byProject.reset()
    tokens.reset()
    cost.reset()
    for (const status of runnerStatus.options) byStatus.set({ status }, 0)
    tokens.inc({ scope: 'global' }, 0)
    cost.inc({ scope: 'global' }, 0)
    for (const row of rows) {
      byStatus.inc({ status: row.status }, Number(row.count))
      byProject.inc({ project: row.project }, Number(row.live))
      tokens.inc({ scope: `project:${row.project}` }, Number(row.tokens))
      tokens.inc({ scope: 'global' }, Number(row.tokens))
      cost.inc({ scope: `project:${row.project}` }, Number(row.usd))
      cost.inc({ scope: 'global' }, Number(row.usd))
    }
  }

  const readActivities = async () => {
    const rows = await readRows<{ activity: string; count: string; since: Date }>(
      db,
      `SELECT activity::text AS activity, count(*) AS count, min(activity_since) AS since
         FROM runners WHERE status = 'running' GROUP BY 1`,
    )
    const of = (activity: string) => rows.find((row) => row.activity === activity)
    for (const activity of runnerActivity.options) byActivity.set({ activity }, Number(of(activity)?.count ?? 0))
    const sinces = runnerActivity.options.filter(isWaiting).flatMap((activity) => of(activity)?.since.getTime() ?? [])
    longestWait.set(sinces.length === 0 ? 0 : Math.max(0, now().getTime() - Math.min(...sinces)) / 1000)
  }

  const readSessions = async () => {
    const [known] = await readRows<{ count: string }>(db, 'SELECT count(*) AS count FROM sessions')
    sessions.reset()
    sessions.inc(Number(known?.count ?? 0))
  }

  return {
    read: async (): Promise<void> => {
      await readCounts()
      await readActivities()
      await readSessions()
    },
  }
}
