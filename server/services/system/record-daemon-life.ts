import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

type LifeContext = Pick<ServiceContext, 'db' | 'actor' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Without a daemon no agent is connected, whatever a daemon that was killed left in the table. */
const disconnectAll = (ctx: LifeContext, tx: Tx) =>
  tx.agent.updateMany({
    where: { connected: true },
    data: { connected: false, disconnectedAt: ctx.clock.now() },
  })

async function recordLife(ctx: LifeContext, type: 'system.started' | 'system.stopped', pid: number): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await disconnectAll(ctx, tx)
    const subject = { type: 'daemon', id: String(pid) }
    const data = { part: 'daemon', pid }
    await recordChange(ctx, tx, { action: type, target: subject, data }, [{ type, subject, project: null, data }])
  })
}

/** Records that this daemon has started; its agents have yet to join. */
export const recordDaemonStarted = (ctx: LifeContext, pid: number): Promise<void> =>
  recordLife(ctx, 'system.started', pid)

/** Records that this daemon stops in order. Agents and runners go on. */
export const recordDaemonStopped = (ctx: LifeContext, pid: number): Promise<void> =>
  recordLife(ctx, 'system.stopped', pid)
