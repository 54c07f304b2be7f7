import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { runnerLaunchInput } from '@/contracts/runner/inputs'
import type { Runner } from '@/contracts/runner/runner'
import { requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { acceptLaunch, requireAccepted } from './accept-launch'
import { recordingRefusal } from './record-refusal'
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
  const runner = await withTransaction(ctx.db, async (tx) => {
    const requestHash = hashInput(input)
    const earlier = await findEarlier(ctx, tx, scope, input, requestHash)
    if (earlier) return earlier

    const { id: projectId } = await findProject(ctx, tx, input.project)
    const key = input.idempotencyKey === undefined ? null : { scope, key: input.idempotencyKey, requestHash }
    const wish = {
      name: input.name ?? null,
      provider: input.provider ?? null,
      cwd: null,
      prompt: input.prompt ?? null,
      cols: input.cols,
      rows: input.rows,
      restartPolicy: input.restartPolicy,
      session: { mode: 'new' },
    } as const
    return requireAccepted(await acceptLaunch(ctx, tx, projectId, wish, key))
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

/**
 * The runner an earlier call with this key made, for whoever may still launch there: rights of then open nothing now. The
 * key stays locked until the commit: two calls make one runner.
 */
async function findEarlier(
  ctx: ServiceContext,
  tx: Tx,
  scope: string,
  { idempotencyKey: key, project }: LaunchInput,
  requestHash: Uint8Array,
): Promise<Runner | null> {
  if (key === undefined) return null
  await lockKey(tx, `${scope}:${key}`)
  const used = await tx.idempotencyKey.findUnique({ where: { scope_key: { scope, key } } })
  if (!used) return null
  const row = await tx.runner.findUniqueOrThrow({ where: { id: used.resultId }, include: runnerInclude })
  requireInProject(ctx, row.projectId, { type: 'project', ref: project })
  if (!Buffer.from(used.requestHash).equals(Buffer.from(requestHash))) {
    throw new StratavoreError('conflict', 'This idempotency key was used before with another launch.', {
      hint: 'Use a new key for a new launch.',
    })
  }
  return runnerToApi(row)
}
