import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { runnerStatus } from '@/contracts/runner/status'
import type { Database } from '../db/database'

/** A scrape never reads figures older than this, and never more often than this from the database. */
const MAX_AGE_MS = 5_000
/** Goes up and down under a name that Prometheus keeps for counters: told as untyped, so that its lint passes. */
const RUNNERS_NAME = 'stratavore_runners_total'
/** Gauges of the defaults with a counter's name; the same figures are there under right names, by type. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

export interface DaemonMetrics {
  contentType: string
  /** The text Prometheus scrapes. */
  render(): Promise<string>
  heartbeatLatency: Histogram
  /** Quantile of the heartbeat latency in milliseconds, from the histogram's buckets; null before the first one. */
  heartbeatQuantileMs(quantile: number): Promise<number | null>
}

/** The daemon's Prometheus metrics. Counts come from the database when scraped, so no restart makes them wrong. */
export function createDaemonMetrics(db: Database, monotonicMs: () => number): DaemonMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED_DEFAULTS) registry.removeSingleMetric(name)
  const runners = new Gauge({
    name: RUNNERS_NAME,
    help: 'Runners by status.',
    labelNames: ['status'],
    registers: [registry],
  })
  const byProject = new Gauge({
    name: 'stratavore_runners_by_project',
    help: 'Runners that hold a slot, by project.',
    labelNames: ['project'],
    registers: [registry],
  })
  // Sessions and tokens only grow: counters, set from the database's own count at each scrape.
  const sessions = new Counter({ name: 'stratavore_sessions_total', help: 'Sessions known.', registers: [registry] })
  const tokens = new Counter({
    name: 'stratavore_tokens_used_total',
    help: 'Tokens used, by project (scope project:<name>) and in all (scope global).',
    labelNames: ['scope'],
    registers: [registry],
  })
  new Gauge({
    name: 'stratavore_daemon_uptime_seconds',
    help: 'Seconds since the daemon started.',
    registers: [registry],
    collect() {
      this.set(process.uptime())
    },
  })
  const heartbeatLatency = new Histogram({
    name: 'stratavore_heartbeat_latency_seconds',
    help: 'From the arrival of a runner heartbeat to its commit.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })

  let readAt = Number.NEGATIVE_INFINITY
  const refresh = async () => {
    if (monotonicMs() - readAt < MAX_AGE_MS) return
    readAt = monotonicMs()
    const counts = await db.pool.query<{
      status: string
      project: string
      count: string
      tokens: string
      live: string
    }>(
      `SELECT r.status::text AS status, p.name AS project, count(*) AS count, sum(r.tokens_used) AS tokens,
              count(*) FILTER (WHERE r.status NOT IN ('terminated', 'failed')) AS live
         FROM runners r JOIN projects p ON p.id = r.project_id GROUP BY 1, 2`,
    )
    runners.reset()
    byProject.reset()
    tokens.reset()
    for (const status of runnerStatus.options) runners.set({ status }, 0)
    tokens.inc({ scope: 'global' }, 0)
    for (const row of counts.rows) {
      runners.inc({ status: row.status }, Number(row.count))
      byProject.inc({ project: row.project }, Number(row.live))
      tokens.inc({ scope: `project:${row.project}` }, Number(row.tokens))
      tokens.inc({ scope: 'global' }, Number(row.tokens))
    }
    const known = await db.pool.query<{ count: string }>('SELECT count(*) AS count FROM sessions')
    sessions.reset()
    sessions.inc(Number(known.rows[0]?.count ?? 0))
  }

  return {
    contentType: registry.contentType,
    render: async () => {
      await refresh()
      const text = await registry.metrics()
      return text.replace(`# TYPE ${RUNNERS_NAME} gauge`, `# TYPE ${RUNNERS_NAME} untyped`)
    },
    heartbeatLatency,
    heartbeatQuantileMs: async (quantile) => {
      const { values } = await heartbeatLatency.get()
      const buckets = values.filter((value) => value.labels.le !== undefined && value.labels.le !== '+Inf')
      const total = values.find((value) => value.metricName?.endsWith('_count'))?.value ?? 0
      if (total === 0) return null
      const bucket = buckets.find((candidate) => candidate.value >= quantile * total)
      return Number(bucket?.labels.le ?? 5) * 1000
    },
  }
}
