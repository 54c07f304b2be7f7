import type { SessionForkInput, SessionOpened } from '@/contracts/session/open-session'
import { withTransaction } from '../../db/database'
import { acceptLaunch, requireAccepted } from '../runner/accept-launch'
import { recordingRefusal } from '../runner/record-refusal'
import type { ServiceContext } from '../service-context'
import { getSession } from './get-session'
import { chooseOpenPlace } from './open-place'
import { requireOpenable } from './require-openable'

/**
 * Starts a new session that begins as a copy of this one, which goes on as it is, held or not. Throws `not_found`,
 * `invalid_state` with the reason when it cannot be copied, and what a launch throws.
 */
export async function forkSession(ctx: ServiceContext, input: SessionForkInput): Promise<SessionOpened> {
  return recordingRefusal(ctx, async () => {
    const session = await getSession(ctx, input)
    requireOpenable(session, 'fork', input.prompt)
    const { projectId, cwd, projectCreated, directoryGone } = await chooseOpenPlace(ctx, session)
    const runner = await withTransaction(ctx.db, async (tx) =>
      requireAccepted(
        await acceptLaunch(ctx, tx, projectId, {
          name: null,
          provider: session.provider,
          cwd,
          prompt: input.prompt ?? null,
          cols: input.cols,
          rows: input.rows,
          restartPolicy: 'never',
          session: { mode: 'fork', parentId: session.id },
        }),
      ),
    )
    return { outcome: 'started', runner, projectCreated, directoryGone }
  })
}
