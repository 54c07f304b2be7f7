import { createHash, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { ProviderId } from '@/contracts/provider/provider'
import type { runnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import { notFound, StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { findProject } from '../project/find-project'
import { lockProject } from '../project/lock-project'
import { recordingRefusal } from '../quota/record-refusal'
import { requireSlot } from '../quota/runner-quota'
import type { ServiceContext } from '../service-context'
import { wake } from './change-runner'
import { freshRunner, insertLaunch } from './insert-launch'
import { type LaunchPlace, readLaunchPlace } from './read-launch-place'
import { runnerInclude, runnerToApi } from './runner-to-api'

/** Providers that can be told their session's id when they start. The others' sessions are found later. */
const BOUND_AT_LAUNCH: readonly ProviderId[] = ['claude']

type LaunchInput = z.output<typeof runnerLaunchInput>

/**
 * Accepts a launch: from the commit on the runner is wanted, and starts as soon as a daemon and its node's agent are
 * there. Throws `not_found`, `quota_exceeded`, `provider_unavailable`, `invalid_state` (archived project), `conflict`
 * (an idempotency key used before with another input).
 */
export async function launchRunner(ctx: ServiceContext, input: LaunchInput): Promise<Runner> {
  return recordingRefusal(ctx, () => launch(ctx, input))
}

async function launch(ctx: ServiceContext, input: LaunchInput): Promise<Runner> {
  const scope = `runner.launch:${ctx.actor.id ?? ctx.actor.name}`
  const runner = await withTransaction(ctx.db, async (tx) => {
    const requestHash = hashInput(input)
    const earlier = await findEarlier(tx, scope, input.idempotencyKey, requestHash)
    if (earlier) return earlier

    // Found, locked, and read again: a delete or an archive that was faster counts.
    const { id: projectId } = await findProject(tx, input.project)
    await lockProject(tx, projectId)
    const place = await readLaunchPlace(tx, projectId)
    if (!place) throw notFound('project', input.project)
    const { project, node } = place
    if (project.archivedAt) {
      throw new StratavoreError('invalid_state', `${project.name} is archived.`, {
        hint: 'Bring it back first: open the project on the dashboard and choose Unarchive.',
      })
    }
    const provider = input.provider ?? project.defaultProvider
    requireProvider(node, provider)
    const { limit, used } = place.slots
    requireSlot(project, provider, { limit: limit ?? ctx.settings.runnerQuota, used })

    ctx.failpoint?.('launch.before-insert')
    const id = randomUUID()
    const row = freshRunner({
      id,
      name: input.name ?? null,
      projectId,
      nodeId: node.id,
      sessionId: BOUND_AT_LAUNCH.includes(provider) ? randomUUID() : null,
      provider,
      cwd: project.path,
      prompt: input.prompt ?? null,
      cols: input.cols,
      rows: input.rows,
      restartPolicy: input.restartPolicy === 'on-failure' ? 'on_failure' : 'never',
      launchedById: ctx.actor.id,
      createdAt: ctx.clock.now(),
    })
    const key = input.idempotencyKey === undefined ? null : { scope, key: input.idempotencyKey, requestHash }
    await insertLaunch(tx, row, key)
    const subject = { type: 'runner', id }
    const data = { provider, status: row.status, epoch: row.epoch, cwd: row.cwd, sessionId: row.sessionId }
    const events: NewEvent[] = [{ type: 'runner.launched', subject, project: project.name, data }]
    if (row.sessionId !== null)
      events.push({
        type: 'session.created',
        subject: { type: 'session', id: row.sessionId },
        project: project.name,
        data: { runnerId: id, provider },
      })
    await recordChange(
      ctx,
      tx,
      { action: 'runner.launch', target: subject, data: { ...data, project: project.name } },
      events,
    )
    await wake(tx, id)
    ctx.failpoint?.('launch.before-commit')
    return runnerToApi({ ...row, project, node, vitals: null })
  })
  ctx.failpoint?.('launch.after-commit')
  return runner
}

const hashInput = (input: LaunchInput): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    createHash('sha256')
      .update(JSON.stringify(input, Object.keys(input).sort()))
      .digest(),
  )

/** The runner an earlier call with this key made. The key stays locked until the commit: two calls make one runner. */
async function findEarlier(
  tx: Tx,
  scope: string,
  key: string | undefined,
  requestHash: Uint8Array,
): Promise<Runner | null> {
  if (key === undefined) return null
  await lockKey(tx, `${scope}:${key}`)
  const used = await tx.idempotencyKey.findUnique({ where: { scope_key: { scope, key } } })
  if (!used) return null
  if (!Buffer.from(used.requestHash).equals(Buffer.from(requestHash))) {
    throw new StratavoreError('conflict', 'This idempotency key was used before with another launch.', {
      hint: 'Use a new key for a new launch.',
    })
  }
  const row = await tx.runner.findUniqueOrThrow({ where: { id: used.resultId }, include: runnerInclude })
  return runnerToApi(row)
}

/** Throws `provider_unavailable` when the node's agent has looked and not found the program. */
function requireProvider(node: LaunchPlace['node'], provider: ProviderId): void {
  const probe = node.providers.find((candidate) => candidate.id === provider)
  // A node whose agent never reported is not refused: the launch waits for it.
  if (!probe || probe.available) return
  throw new StratavoreError('provider_unavailable', `${probe.displayName} is not installed on ${node.name}.`, {
    hint: probe.installHint,
  })
}
