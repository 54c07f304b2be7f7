import type { EventData } from '@/contracts/event/event-data'
import { type Tx, withTransaction } from '../../db/database'
import { takeCommitOrder } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

type AlertContext = Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Whether the last alert about this is not taken back. */
async function isAlerted(tx: Tx, nodeId: string, code: string): Promise<boolean> {
  const last = await tx.outboxEvent.findFirst({
    where: { aggregateType: 'node', aggregateId: nodeId, type: 'system.alert', data: { path: ['code'], equals: code } },
    orderBy: { seq: 'desc' },
    select: { data: true },
  })
  // Written below and by nobody else.
  return last !== null && (last.data as EventData<'system.alert'>).resolved === false
}

/** Alerts once that recordings of a node cannot be written, with why; and takes it back with null. */
export async function alertRefusedRecording(ctx: AlertContext, nodeId: string, refused: string | null): Promise<void> {
  const code = `recording-refused:${nodeId}`
  await withTransaction(ctx.db, async (tx) => {
    // First the order, then the look: nobody tells the same in between.
    await takeCommitOrder(tx, ctx.fence)
    if ((await isAlerted(tx, nodeId, code)) === (refused !== null)) return
    const { name } = await tx.node.findUniqueOrThrow({ where: { id: nodeId } })
    const told =
      refused === null
        ? { message: `Recordings on ${name} are written again.`, hint: null, resolved: true }
        : {
            message: `Recordings on ${name} stopped: ${refused}`,
            hint: 'Terminals go on. Free space on its disk: the recordings then go on too, with a mark of what is missing.',
            resolved: false,
          }
    await recordChange(ctx, tx, null, [
      {
        type: 'system.alert',
        subject: { type: 'node', id: nodeId },
        project: null,
        data: { severity: 'warning', code, ...told },
      },
    ])
  })
}
