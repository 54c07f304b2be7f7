import type { Runner } from '@/contracts/runner/runner'
import { isEnded, type RunnerStatus } from '@/contracts/runner/status'
import type { SessionOpened, SessionResumeInput } from '@/contracts/session/open-session'
import type { Session } from '@/contracts/session/session'
import { requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { lockProject } from '../project/lock-project'
import { acceptLaunch } from '../runner/accept-launch'
import { getRunner } from '../runner/get-runner'
import { findAndLockRunner } from '../runner/lock-runner'
import { recordingRefusal } from '../runner/record-refusal'
import { stopLockedRunner } from '../runner/stop-runner'
import type { ServiceContext } from '../service-context'
import { getSession } from './get-session'
import { chooseOpenPlace, type OpenPlace } from './open-place'
import { requireOpenable } from './require-openable'

/** The holder may change between a look and the lock; after so many changes somebody else should be asked. */
const MAX_TRIES = 5

/** The grace of a holder that is ended so that another takes over. */
const TAKE_OVER_GRACE_MS = 10_000

/**
 * Takes a session up again in a new runner. One that a live runner holds is attached to instead, or with `takeOver` ended
 * first: the new runner has the lease at once and starts when the old one is over. Throws `not_found`, `invalid_state`
 * with the reason when it cannot be resumed, `node_unavailable`, and what a launch throws.
 */
export async function resumeSession(ctx: ServiceContext, input: SessionResumeInput): Promise<SessionOpened> {
  return recordingRefusal(ctx, async () => {
    let place: OpenPlace | null = null
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const session = await getSession(ctx, input)
      const holder = session.runnerId === null ? null : await getRunner(ctx, { id: session.runnerId })
      if (holder && isUsable(holder.status) && !input.takeOver) {
        return { outcome: 'attached', runner: holder, projectCreated: null, directoryGone: null }
      }
      requireOpenable(session, 'resume', input.prompt)
      place ??= await chooseOpenPlace(ctx, session)
      const runner = await launchInto(ctx, input, session, holder, place)
      if (!runner) continue
      const waits = holder !== null && !isEnded(holder.status)
      const { projectCreated, directoryGone } = place
      return { outcome: waits ? 'waiting' : 'started', runner, projectCreated, directoryGone }
    }
    throw new StratavoreError('conflict', 'The session goes from runner to runner; try again.')
  })
}

/** One that is being ended is not worth attaching to. */
const isUsable = (status: RunnerStatus): boolean => !isEnded(status) && status !== 'stopping'

/** Null when the session has another holder by now. */
const launchInto = (
  ctx: ServiceContext,
  input: SessionResumeInput,
  session: Session,
  holder: Runner | null,
  place: OpenPlace,
): Promise<Runner | null> =>
  withTransaction(ctx.db, async (tx) => {
    // Runner before project, as everywhere.
    const held = holder === null ? null : await findAndLockRunner(tx, holder.id)
    const lives = held !== null && !isEnded(held.status)
    if (lives && isUsable(held.status) && !input.takeOver) return null
    // To take over is to stop somebody's runner.
    if (lives) requireInProject(ctx, held.projectId, { type: 'runner', ref: held.id }, 'drive')
    await lockProject(tx, place.projectId)
    const runner = await acceptLaunch(ctx, tx, place.projectId, {
      name: null,
      provider: session.provider,
      cwd: place.cwd,
      prompt: input.prompt ?? null,
      cols: input.cols,
      rows: input.rows,
      restartPolicy: 'never',
      session: { mode: 'resume', id: session.id, heldBy: holder?.id ?? null },
      slotsFreed: lives && held.projectId === place.projectId ? 1 : 0,
    })
    if (runner && lives && isUsable(held.status)) {
      await stopLockedRunner(ctx, tx, held, {
        force: false,
        graceMs: TAKE_OVER_GRACE_MS,
        reason: `its session was taken over by ${ctx.actor.name}`,
      })
    }
    return runner
  })
