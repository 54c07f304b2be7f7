import type { EventData, RunnerChangeType } from '@/contracts/event/event-data'
import type { Runner } from '@/contracts/runner/runner'
import { canTransition, isEnded, type RunnerStatus } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { WAKE_CHANNEL } from '../../db/listen'
import type { NewEvent } from '../../outbox/append'
import { endApprovals } from '../approval/close-approval'
import { recordChange } from '../audit/record-change'
import { endPrompts } from '../prompt/close-prompt'
import type { ServiceContext } from '../service-context'
import { endSessions } from '../session/session-bindings'
import type { LockedRunner } from './lock-runner'
import { runnerInclude, runnerToApi } from './runner-to-api'
import { wake } from './wake-runner'

export type ChangeContext = Pick<ServiceContext, 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

export interface RunnerChange {
  /** The new status; the present one when only what is desired changes. */
  to: RunnerStatus
  set?: Prisma.RunnerUncheckedUpdateInput
  /** Audit action, e.g. `runner.stop`. */
  action: string
  /** Events to tell, in order. */
  events: readonly RunnerChangeType[]
  /** What the events tell besides the row's own facts. */
  data?: Pick<EventData<RunnerChangeType>, 'restartCount' | 'nextStartAt' | 'force'>
}

/**
 * The one place where a runner's status changes: the transition table is enforced, the row, the audit row and the
 * outbox rows go into one transaction, and the daemon is woken. The caller holds the row's lock.
 */
export async function changeRunner(
  ctx: ChangeContext,
  tx: Tx,
  runner: LockedRunner,
  change: RunnerChange,
): Promise<Runner> {
  const moves = change.to !== runner.status
  if (moves && !canTransition(runner.status, change.to)) {
    throw new StratavoreError('invalid_state', `A ${runner.status} runner cannot become ${change.to}.`)
  }
  const now = ctx.clock.now()
  const ends = moves && isEnded(change.to)
  // A life that is over waits for nobody, and the next one does not inherit what it did.
  const livesNoMore = ends || change.to === 'starting'
  const row = await tx.runner.update({
    where: { id: runner.id },
    data: {
      ...change.set,
      status: change.to,
      ...(moves ? { statusSince: now } : {}),
      ...(livesNoMore ? { activity: 'unknown', activitySince: now, activityDetail: Prisma.DbNull } : {}),
      // Only a first life gets the prompt, and only once.
      ...(livesNoMore ? { promptSealed: null } : {}),
      ...(ends ? { endedAt: now, nextStartAt: null } : {}),
    },
    include: runnerInclude,
  })
  if (ends) await wakeSuccessor(tx, runner)
  const data = {
    provider: row.provider,
    status: row.status,
    previousStatus: runner.status,
    desired: row.desired,
    epoch: row.epoch,
    pid: row.pid,
    exitCode: row.exitCode,
    signal: row.signal,
    reason: row.reason,
    activity: runner.activity,
    activitySince: runner.activitySince.toISOString(),
    ...change.data,
  }
  const subject = { type: 'runner', id: runner.id }
  const events = change.events.map((type): NewEvent => ({ type, subject, project: runner.project.name, data }))
  const over = livesNoMore ? await endLife(tx, runner, ends ? null : row.epoch, now) : []
  await recordChange(ctx, tx, { action: change.action, target: subject, data }, [...events, ...over])
  await wake(tx, runner.id)
  return runnerToApi(row)
}

/** What waited for this life waits no more. Queued prompts are for the next one, if there is to be one. */
async function endLife(tx: Tx, runner: LockedRunner, nextEpoch: number | null, now: Date): Promise<NewEvent[]> {
  const approvals = await endApprovals(tx, runner.id, now)
  const prompts = await endPrompts(tx, runner, nextEpoch === null ? 'all' : 'sending', now)
  const sessions = await endSessions(tx, runner, nextEpoch, now)
  return [...approvals, ...prompts, ...sessions]
}

/** Whoever took its session over waits for its end. */
async function wakeSuccessor(tx: Tx, runner: LockedRunner): Promise<void> {
  if (runner.sessionId === null) return
  await tx.$queryRaw`
    SELECT 1 FROM (SELECT pg_notify(${WAKE_CHANNEL}, id::text) FROM runners
                    WHERE session_id = ${runner.sessionId}::uuid AND id <> ${runner.id}::uuid AND status = 'starting'
                   ) AS woken`
}
