import type { ProviderId } from '@/contracts/provider/provider'
import type { RunnerActivity } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

export interface VitalsReport {
  runnerId: string
  epoch: number
  seq: number
  cpuPercent: number
  memoryBytes: number
  activity: RunnerActivity
}

interface ChangedActivity {
  id: string
  epoch: number
  provider: ProviderId
  activity: RunnerActivity
  previous: RunnerActivity
  previousSince: Date
  project: string
}

type VitalsContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>

/**
 * Takes the reports that are newer by (epoch, seq), writes them and returns those that tell of another activity. An
 * UPDATE first, since nearly every row is there: it costs half of an upsert.
 */
const WRITE = `
  WITH reported AS MATERIALIZED (
    SELECT r.*, now.activity <> r.activity AND now.status IN ('running', 'paused') AS differs
      FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::float8[], $5::bigint[], $6::runner_activity[])
           AS r (runner_id, epoch, seq, cpu, memory, activity)
      JOIN runners now ON now.id = r.runner_id AND now.epoch = r.epoch
     WHERE $8::bigint IS NULL OR $8 = (SELECT epoch FROM daemon_lease WHERE id = 1)
  ), updated AS (
    UPDATE runner_vitals v
       SET epoch = r.epoch, seq = r.seq, heartbeat_at = $7, cpu_percent = r.cpu, memory_bytes = r.memory
      FROM reported r WHERE v.runner_id = r.runner_id AND (r.epoch, r.seq) > (v.epoch, v.seq)
    RETURNING v.runner_id
  ), inserted AS (
    INSERT INTO runner_vitals AS v (runner_id, epoch, seq, heartbeat_at, cpu_percent, memory_bytes)
    SELECT r.runner_id, r.epoch, r.seq, $7, r.cpu, r.memory FROM reported r
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
  ])
  if (rows.length === 0) return
  const changed = new Set(rows.map((row) => row.runnerId))
  await recordActivities(
    ctx,
    reports.filter((report) => changed.has(report.runnerId)),
    now,
  )
}

async function recordActivities(ctx: VitalsContext, reports: readonly VitalsReport[], now: Date): Promise<void> {
  const ids = reports.map((report) => report.runnerId)
  const epochs = reports.map((report) => report.epoch)
  const activities = reports.map((report) => report.activity)
  await withTransaction(ctx.db, async (tx) => {
    // RETURNING sees only the new row: the old one comes from the join.
    const changed = await tx.$queryRaw<ChangedActivity[]>`
      UPDATE runners SET activity = r.activity, activity_since = ${now}
        FROM unnest(${ids}::uuid[], ${epochs}::int[], ${activities}::runner_activity[]) AS r (id, epoch, activity)
        JOIN (SELECT id, project_id, activity, activity_since FROM runners WHERE id = ANY (${ids}::uuid[]) FOR UPDATE)
          AS before ON before.id = r.id
        JOIN projects ON projects.id = before.project_id
       WHERE runners.id = r.id AND runners.epoch = r.epoch AND runners.activity <> r.activity
         AND runners.status IN ('running', 'paused')
      RETURNING runners.id, runners.epoch, runners.provider::text AS provider, runners.activity::text AS activity,
                before.activity::text AS previous, before.activity_since AS "previousSince", projects.name AS project`
    const events = changed.map(
      (row): NewEvent => ({
        type: 'runner.activity',
        subject: { type: 'runner', id: row.id },
        project: row.project,
        data: {
          activity: row.activity,
          previous: row.previous,
          previousSeconds: Math.max(0, now.getTime() - row.previousSince.getTime()) / 1000,
          provider: row.provider,
          epoch: row.epoch,
        },
      }),
    )
    if (events.length > 0) await recordChange(ctx, tx, null, events)
  })
}
