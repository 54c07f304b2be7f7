import { z } from 'zod'
import { providerId } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { withTransaction } from '../../db/database'
import type { ReconcileContext } from '../reconcile/run-reconcile'
import { changeRunner } from '../runner/change-runner'
import { findAndLockRunner } from '../runner/lock-runner'
import { recordRefusal } from '../runner/record-refusal'
import { type OverUse, planResources, type Streaks } from './plan-resources'
import { describeUse, resourceRefusal, resourceUse } from './resource-quotas'

/** Projects of which more are over at once are looked at next time. */
const MAX_OVER = 1_000

const overRow = resourceUse.extend({
  projectId: z.uuid(),
  project: z.string(),
  heardAt: z.coerce.date(),
  runnerId: z.uuid(),
  epoch: z.number().int(),
  provider: providerId,
})

/**
 * Looks once at what the runners of projects with resource quotas use. Over memory for three heartbeats in a row the
 * largest runner is stopped; over CPU, or while runners are held to it, it is told, and launches are refused. Returns the streaks for the next look.
 */
export async function enforceResources(ctx: ReconcileContext, before: Streaks): Promise<Streaks> {
  const { due, streaks } = planResources(await readOver(ctx), before)
  for (const over of due) {
    const project = { id: over.projectId, name: over.project }
    const { refusal } = resourceRefusal(project, providerId.parse(over.largest.provider), over.use)
    if (over.use.kind === 'memory_bytes') await stopLargest(ctx, over)
    // Told as a refusal is: from now on nothing is launched either.
    await recordRefusal(ctx, { ...refusal, action: 'quota.enforce' })
  }
  return streaks
}

async function readOver(ctx: ReconcileContext): Promise<OverUse[]> {
  const { rows } = await ctx.db.pool.query(
    `SELECT q.kind::text AS kind, q."limit"::float8 AS "limit", q.project_id AS "projectId", p.name AS project,
            sum(u.used)::float8 AS used, max(u.heartbeat_at) AS "heardAt",
            (array_agg(u.id ORDER BY u.used DESC, u.id))[1] AS "runnerId",
            (array_agg(u.epoch ORDER BY u.used DESC, u.id))[1] AS epoch,
            (array_agg(u.provider::text ORDER BY u.used DESC, u.id))[1] AS provider
       FROM quotas q
       JOIN projects p ON p.id = q.project_id
       CROSS JOIN LATERAL (
         SELECT r.id, r.epoch, r.provider, v.heartbeat_at,
                q.kind = 'cpu_percent' AND v.cpu_limit_percent IS NOT NULL AS held,
                CASE q.kind WHEN 'memory_bytes' THEN v.memory_bytes::float8 ELSE v.cpu_percent END AS used
           FROM runners r JOIN runner_vitals v ON v.runner_id = r.id AND v.epoch = r.epoch
          WHERE r.project_id = q.project_id AND r.status = ANY ($1::runner_status[]) AND r.desired <> 'terminated'
       ) AS u
      WHERE q.kind IN ('memory_bytes', 'cpu_percent')
      GROUP BY q.id, p.name HAVING sum(u.used) > q."limit" OR bool_or(u.held) LIMIT $2`,
    [SLOT_HOLDING_STATUSES, MAX_OVER],
  )
  return overRow
    .array()
    .parse(rows)
    .map(({ kind, limit, used, projectId, project, heardAt, ...largest }) => ({
      projectId,
      project,
      use: { kind, limit, used },
      heardAtMs: heardAt.getTime(),
      largest,
    }))
}

async function stopLargest(ctx: ReconcileContext, { use, largest }: OverUse): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, largest.runnerId)
    if (!runner || runner.epoch !== largest.epoch || runner.desired === 'terminated') return
    await changeRunner(ctx, tx, runner, {
      to: 'stopping',
      set: {
        desired: 'terminated',
        nextStartAt: null,
        reason: `The runners of ${runner.project.name} ${describeUse(use)}: this one used the most.`,
      },
      action: 'runner.stop',
      events: ['runner.stopping'],
      data: { force: false },
    })
  })
}
