import { z } from 'zod'
import { providerId } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { AgentCommands } from '../../core/ports/agent-commands'
import { withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import { recordChange } from '../audit/record-change'
import type { ReconcileContext } from '../reconcile/run-reconcile'
import { type CpuLimitChange, type CpuRunner, planCpuLimits } from './plan-cpu-limits'

export interface LimitCpuParts {
  agents: AgentCommands
  /** What agents were told, by `lifeKey`, kept from look to look; of others counts what they report. */
  told: Map<string, number | null>
  /** Agents that cannot hold a tree to a share, kept too. */
  cannot: Set<string>
  /** A change failed: it is decided again by the next look. */
  onError(error: unknown, change: CpuLimitChange): void
}

const lifeKey = (runner: { id: string; epoch: number }, agentId: string): string =>
  `${agentId}:${runner.id}:${runner.epoch}`

const cpuRow = z.object({
  id: z.uuid(),
  epoch: z.number().int(),
  projectId: z.uuid(),
  project: z.string(),
  provider: providerId,
  quotaPercent: z.number().nullable(),
  usedPercent: z.number(),
  reportedPercent: z.number().nullable(),
})

/** Looks once at the CPU of projects with a quota for it, and has agents hold their runners to it, or let them go. */
export async function limitCpu(ctx: ReconcileContext, parts: LimitCpuParts): Promise<void> {
  const runners = await readCpuRunners(ctx, parts)
  for (const change of planCpuLimits(runners)) {
    try {
      await tell(ctx, parts, change)
    } catch (error) {
      parts.onError(error, change)
    }
  }
}

async function readCpuRunners(ctx: ReconcileContext, { agents, told, cannot }: LimitCpuParts): Promise<CpuRunner[]> {
  const { rows } = await ctx.db.pool.query(
    `SELECT r.id, r.epoch, r.provider::text AS provider, p.id AS "projectId", p.name AS project,
            q."limit"::float8 AS "quotaPercent", v.cpu_percent AS "usedPercent", v.cpu_limit_percent AS "reportedPercent"
       FROM runners r
       JOIN projects p ON p.id = r.project_id
       JOIN runner_vitals v ON v.runner_id = r.id AND v.epoch = r.epoch
       LEFT JOIN quotas q ON q.project_id = p.id AND q.kind = 'cpu_percent'
      WHERE r.status = ANY ($1::runner_status[]) AND r.desired <> 'terminated'
        AND (q.id IS NOT NULL OR v.cpu_limit_percent IS NOT NULL)`,
    [SLOT_HOLDING_STATUSES],
  )
  const connected = agents.connected()
  const held = new Map(connected.flatMap((agent) => [...agent.runners]))
  const known = new Set(
    connected.flatMap(({ agentId, runners }) => [...runners].map(([id, { epoch }]) => lifeKey({ id, epoch }, agentId))),
  )
  for (const key of told.keys()) if (!known.has(key)) told.delete(key)
  return cpuRow
    .array()
    .parse(rows)
    .map(({ reportedPercent, ...row }) => {
      const life = held.get(row.id)
      const canBeTold = life?.epoch === row.epoch && life.state !== 'exited' && !cannot.has(life.agentId)
      const agentId = canBeTold ? life.agentId : null
      const last = agentId === null ? undefined : told.get(lifeKey(row, agentId))
      return { ...row, agentId, limitPercent: last === undefined ? reportedPercent : last }
    })
}

async function tell(
  ctx: ReconcileContext,
  { agents, told, cannot }: LimitCpuParts,
  change: CpuLimitChange,
): Promise<void> {
  const { runner, percent } = change
  const { id: runnerId, epoch, agentId } = runner
  // What an agent is told is no write, so no fence would stop it.
  ctx.fence?.epoch()
  const reply = await agents.limitCpu(agentId, { runnerId, epoch, percent })
  if (!reply.ok) {
    if (reply.code === 'unsupported') cannot.add(agentId)
    // A life that has ended in the meantime needs none.
    if (['unsupported', 'not_found', 'not_running', 'stale_epoch'].includes(reply.code)) return
    throw new Error(`the agent refused the limit: ${reply.error}`)
  }
  await record(ctx, change)
  told.set(lifeKey(runner, agentId), percent)
}

/** The limit is shown at once, not with the next heartbeat; that it begins or ends is told. */
async function record(ctx: ReconcileContext, { runner, percent }: CpuLimitChange): Promise<void> {
  const { id, epoch, provider, project, quotaPercent } = runner
  await withTransaction(ctx.db, async (tx) => {
    await tx.runnerVitals.updateMany({ where: { runnerId: id, epoch }, data: { cpuLimitPercent: percent } })
    const isNews = (runner.limitPercent === null) !== (percent === null)
    if (!isNews) return requireFence(tx, ctx.fence)
    const subject = { type: 'runner', id }
    const data = { provider, epoch, cpuPercent: percent, quotaPercent }
    const action = percent === null ? 'quota.release' : 'quota.hold'
    await recordChange(ctx, tx, { action, target: subject, data }, [{ type: 'runner.limited', subject, project, data }])
  })
}
