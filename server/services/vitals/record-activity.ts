import type { ActivityReport } from '@/contracts/agent-protocol/activity'
import type { ProviderId } from '@/contracts/provider/provider'
import { redactJson } from '@/contracts/redaction/redact-text'
import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import type { RunnerActivity } from '@/contracts/runner/status'
import { type Tx, withTransaction } from '../../db/database'
import { LIVE_CHANNEL } from '../../db/listen'
import { storable } from '../../db/storable-json'
import type { NewEvent } from '../../outbox/append'
import { requireFence } from '../../outbox/require-fence'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

type ActivityContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>

/** What a runner does, from its node's agent. `seq` orders the reports of one life; with it comes the whole detail. */
type KnownActivity = Pick<ActivityReport, 'runnerId' | 'epoch' | 'activity'> & { nodeId: string } & (
    | { seq: number; detail: ActivityDetail }
    | { heard: number }
  )

interface Written {
  id: string
  epoch: number
  provider: ProviderId
  activity: RunnerActivity
  previous: RunnerActivity
  previousSince: Date
  project: string
}

/**
 * Writes what runners do, in one transaction; of a runner of another node than the report's nothing is taken. A change of activity is an event; a change of detail alone reaches open
 * pages by a notification and nobody else. An older report never overwrites a newer one, and of an earlier life or an
 * ended runner nothing is taken. A heartbeat (`heard`: the report it stands for, 0 from an agent without reports) carries
 * no detail: it makes up for a report that was lost, and leaves room for that report should it still come. At most one
 * per runner.
 */
export async function recordActivities(ctx: ActivityContext, known: readonly KnownActivity[]): Promise<void> {
  const now = ctx.clock.now()
  await withTransaction(ctx.db, async (tx) => {
    const written = await write(ctx, tx, known, now)
    const events = written.filter((row) => row.activity !== row.previous).map((row) => changeEvent(row, now))
    if (events.length > 0) await recordChange(ctx, tx, null, events)
    else await requireFence(tx, ctx.fence)
    const quiet = written.filter((row) => row.activity === row.previous).map((row) => row.id)
    if (quiet.length > 0)
      await tx.$queryRaw`SELECT 1 FROM (SELECT pg_notify(${LIVE_CHANNEL}, id) FROM unnest(${quiet}::text[]) AS id) AS told`
  })
}

function write(ctx: ActivityContext, tx: Tx, known: readonly KnownActivity[], now: Date): Promise<Written[]> {
  const ids = known.map((report) => report.runnerId)
  const nodes = known.map((report) => report.nodeId)
  const epochs = known.map((report) => report.epoch)
  const activities = known.map((report) => report.activity)
  const seqs = known.map((report) => ('seq' in report ? report.seq : null))
  const heard = known.map((report) => ('heard' in report ? report.heard : null))
  const details = known.map((report) =>
    'detail' in report ? JSON.stringify(storable(redactJson(report.detail, ctx.keys.known.redact))) : null,
  )
  // RETURNING sees only the new row: the old one comes from the join.
  return tx.$queryRaw<Written[]>`
    UPDATE runners
       SET activity = r.activity,
           activity_since = CASE WHEN before.activity <> r.activity THEN ${now} ELSE before.activity_since END,
           activity_seq = GREATEST(before.activity_seq, COALESCE(r.seq, r.heard - 1)),
           activity_detail = COALESCE(r.detail::jsonb, runners.activity_detail)
      FROM unnest(${ids}::uuid[], ${epochs}::int[], ${activities}::runner_activity[], ${seqs}::bigint[],
                  ${heard}::bigint[], ${details}::text[], ${nodes}::uuid[])
             AS r (id, epoch, activity, seq, heard, detail, node_id)
      JOIN (SELECT id, project_id, activity, activity_since, activity_seq FROM runners
             WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE) AS before ON before.id = r.id
      JOIN projects ON projects.id = before.project_id
     WHERE runners.id = r.id AND runners.epoch = r.epoch AND runners.node_id = r.node_id
       AND CASE WHEN r.seq IS NOT NULL THEN r.seq > before.activity_seq AND runners.status NOT IN ('terminated', 'failed')
                WHEN r.heard > 0 THEN r.heard > before.activity_seq AND before.activity <> r.activity
                                  AND runners.status NOT IN ('terminated', 'failed')
                ELSE before.activity_seq = 0 AND before.activity <> r.activity
                     AND runners.status IN ('running', 'paused') END
    RETURNING runners.id, runners.epoch, runners.provider::text AS provider, runners.activity::text AS activity,
              before.activity::text AS previous, before.activity_since AS "previousSince", projects.name AS project`
}

const changeEvent = (row: Written, now: Date): NewEvent => ({
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
})
