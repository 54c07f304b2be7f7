import { createHash, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { providerProbe } from '@/contracts/provider/provider'
import type { runnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import { StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { findProject } from '../project/find-project'
import { lockProject } from '../project/lock-project'
import { recordingRefusal } from '../quota/record-refusal'
import { requireFreeSlot } from '../quota/runner-quota'
import type { ServiceContext } from '../service-context'
import { createLaunchSession } from '../session/create-launch-session'
import { wake } from './change-runner'
import { runnerInclude, runnerToApi } from './runner-to-api'

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
  return withTransaction(ctx.db, async (tx) => {
    const requestHash = hashInput(input)
    const earlier = await findEarlier(tx, scope, input.idempotencyKey, requestHash)
    if (earlier) return earlier

    // Found, locked, and read again: a delete or an archive that was faster counts.
    await lockProject(tx, (await findProject(tx, input.project)).id)
    const project = await findProject(tx, input.project)
    if (project.archivedAt) {
      throw new StratavoreError('invalid_state', `${project.name} is archived.`, {
        hint: 'Bring it back first: open the project on the dashboard and choose Unarchive.',
      })
    }
    const provider = input.provider ?? project.defaultProvider
    await requireProvider(tx, project.nodeId, provider)
    await requireFreeSlot(ctx, tx, project, provider)

    const id = randomUUID()
    const now = ctx.clock.now()
    await tx.runner.create({
      data: {
        id,
        name: input.name,
        projectId: project.id,
        nodeId: project.nodeId,
        provider,
        cwd: project.path,
        prompt: input.prompt,
        cols: input.cols,
        rows: input.rows,
        restartPolicy: input.restartPolicy === 'on-failure' ? 'on_failure' : 'never',
        launchedById: ctx.actor.id,
        createdAt: now,
        statusSince: now,
        activitySince: now,
      },
    })
    const session = await createLaunchSession(tx, { runnerId: id, provider, project, now })
    if (input.idempotencyKey !== undefined) {
      await tx.idempotencyKey.create({
        data: { scope, key: input.idempotencyKey, requestHash, resultId: id, createdAt: now },
      })
    }
    const row = await tx.runner.findUniqueOrThrow({ where: { id }, include: runnerInclude })
    const subject = { type: 'runner', id }
    const data = { provider, status: row.status, epoch: row.epoch, cwd: row.cwd, sessionId: row.sessionId }
    const events: NewEvent[] = [{ type: 'runner.launched', subject, project: project.name, data }]
    if (session)
      events.push({
        type: 'session.created',
        subject: { type: 'session', id: session.id },
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
    return runnerToApi(row)
  })
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
async function requireProvider(tx: Tx, nodeId: string, provider: LaunchInput['provider']): Promise<void> {
  const node = await tx.node.findUniqueOrThrow({ where: { id: nodeId } })
  const probe = providerProbe
    .array()
    .parse(node.providers)
    .find((candidate) => candidate.id === provider)
  // A node whose agent never reported is not refused: the launch waits for it.
  if (!probe || probe.available) return
  throw new StratavoreError('provider_unavailable', `${probe.displayName} is not installed on ${node.name}.`, {
    hint: probe.installHint,
  })
}
