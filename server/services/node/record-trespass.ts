import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/** Notes that a node's agent, or one of its runners, spoke of what belongs to another. Nothing of it was done. */
export async function recordTrespass(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>,
  trespass: { nodeId: string; event: string; target: { type: string; id: string }; runnerId?: string | undefined },
): Promise<void> {
  const { nodeId, event, target, runnerId } = trespass
  const action = runnerId === undefined ? 'node.trespass' : 'runner.trespass'
  await withTransaction(ctx.db, (tx) =>
    recordChange(
      ctx,
      tx,
      { action, target, data: { nodeId, event, ...(runnerId === undefined ? {} : { runnerId }) } },
      [],
    ),
  )
}
