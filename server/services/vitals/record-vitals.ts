import type { RunnerActivity } from '@/contracts/runner/status'
import type { ServiceContext } from '../service-context'
import { recordActivities } from './record-activity'

export interface VitalsReport {
  runnerId: string
  /** Whose agent says so: of a runner of another node nothing is taken. */
  nodeId: string
  epoch: number
  seq: number
  cpuPercent: number
  memoryBytes: number
  /** What its agent holds it to; left out or null: nothing. */
  cpuLimitPercent?: number | null
  activity: RunnerActivity
  /** Of the newest activity report that this one stands for; none from one that sends no such reports. */
  activitySeq?: number
}

type VitalsContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>

/**
 * Takes the reports that are newer by (epoch, seq), writes them and returns those that tell of another activity. An
 * UPDATE first, since nearly every row is there: it costs half of an upsert.
 */
const WRITE = `
  WITH reported AS MATERIALIZED (
    SELECT r.*, now.activity <> r.activity AND now.status NOT IN ('terminated', 'failed') AS differs
      FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::float8[], $5::bigint[], $6::runner_activity[],
                  $9::float8[], $10::uuid[])
             AS r (runner_id, epoch, seq, cpu, memory, activity, cpu_limit, node_id)
      JOIN runners now ON now.id = r.runner_id AND now.epoch = r.epoch AND now.node_id = r.node_id
     WHERE $8::bigint IS NULL OR $8 = (SELECT epoch FROM daemon_lease WHERE id = 1)
  ), updated AS (
    UPDATE runner_vitals v
       SET epoch = r.epoch, seq = r.seq, heartbeat_at = $7, cpu_percent = r.cpu, memory_bytes = r.memory,
           cpu_limit_percent = r.cpu_limit
      FROM reported r WHERE v.runner_id = r.runner_id AND (r.epoch, r.seq) > (v.epoch, v.seq)
    RETURNING v.runner_id
  ), inserted AS (
    INSERT INTO runner_vitals AS v (runner_id, epoch, seq, heartbeat_at, cpu_percent, memory_bytes, cpu_limit_percent)
    SELECT r.runner_id, r.epoch, r.seq, $7, r.cpu, r.memory, r.cpu_limit FROM reported r
     WHERE NOT EXISTS (SELECT 1 FROM runner_vitals known WHERE known.runner_id = r.runner_id)
    ON CONFLICT (runner_id) DO NOTHING
    RETURNING v.runner_id
  )
  SELECT runner_id AS "runnerId" FROM reported
   WHERE differs AND runner_id IN (SELECT runner_id FROM updated UNION ALL SELECT runner_id FROM inserted)`

/**
 * Writes many heartbeats with one statement. Only what is newer by (epoch, seq) is taken, so repeated and late
 * reports do nothing; of a daemon that no longer leads nothing is. Activity changes become events. Times are the
 * daemon's, never the reporter's.
 */
export async function recordVitals(ctx: VitalsContext, reports: readonly VitalsReport[]): Promise<void> {
  if (reports.length === 0) return
  const now = ctx.clock.now()
  const column = <K extends keyof VitalsReport>(name: K) => reports.map((report) => report[name])
  const { rows } = await ctx.db.pool.query<{ runnerId: string }>(WRITE, [
    column('runnerId'),
    column('epoch'),
    column('seq'),
    column('cpuPercent'),
    column('memoryBytes').map(Math.round),
    column('activity'),
    now,
    ctx.fence?.epoch() ?? null,
    reports.map((report) => report.cpuLimitPercent ?? null),
    column('nodeId'),
  ])
  if (rows.length === 0) return
  const changed = new Set(rows.map((row) => row.runnerId))
  await recordActivities(
    ctx,
    reports
      .filter((report) => changed.has(report.runnerId))
      .map(({ runnerId, nodeId, epoch, activity, activitySeq }) => ({
        ...{ runnerId, nodeId, epoch, activity },
        heard: activitySeq ?? 0,
      })),
  )
}
