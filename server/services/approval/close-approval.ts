import type { ApprovalClosed } from '@/contracts/agent-protocol/approval'
import type { ApprovalState } from '@/contracts/approval/approval'
import { type Tx, withTransaction } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import type { ApprovalContext } from './approval-context'

/** States in which an approval is not over yet. */
export const OPEN_STATES = ['pending', 'answered'] as const satisfies readonly ApprovalState[]

/**
 * Records what became of a question, the first time it is told. Anything later, and what is about another life or an
 * approval unknown here, changes nothing. `nodeId`: whose agent tells it, for a runner of that node only.
 */
export async function closeApproval(
  ctx: ApprovalContext,
  closed: Pick<ApprovalClosed, 'runnerId' | 'epoch' | 'approvalId' | 'outcome'>,
  nodeId?: string,
): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const { runnerId, epoch, approvalId: id, outcome } = closed
    const taken = await tx.approval.updateMany({
      where: { id, runnerId, runner: { nodeId }, epoch, state: { in: [...OPEN_STATES] } },
      data: { state: outcome, answerSealed: null, closedAt: ctx.clock.now() },
    })
    if (taken.count === 0) return
    const [event] = await closedEvents(tx, [id])
    if (!event) throw new Error('an approval vanished in the transaction that closed it')
    await recordChange(ctx, tx, { action: 'approval.close', target: event.subject, data: event.data }, [event])
  })
}

/** A runner's life is over: nobody waits for answers any more. Returns what to tell with the change of the runner. */
export async function endApprovals(tx: Tx, runnerId: string, now: Date): Promise<NewEvent[]> {
  const open = await tx.approval.findMany({
    where: { runnerId, state: { in: [...OPEN_STATES] } },
    orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  })
  if (open.length === 0) return []
  const ids = open.map(({ id }) => id)
  await tx.approval.updateMany({
    where: { id: { in: ids } },
    data: { state: 'ended', answerSealed: null, closedAt: now },
  })
  return closedEvents(tx, ids)
}

async function closedEvents(tx: Tx, ids: readonly string[]): Promise<Extract<NewEvent, { type: 'approval.closed' }>[]> {
  const rows = await tx.approval.findMany({
    where: { id: { in: [...ids] } },
    orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }],
    include: { runner: { select: { project: { select: { name: true } } } } },
  })
  return rows.map((row) => ({
    type: 'approval.closed',
    subject: { type: 'runner', id: row.runnerId },
    project: row.runner.project.name,
    data: {
      approvalId: row.id,
      kind: row.kind,
      toolName: row.toolName,
      summary: row.summary,
      state: row.state,
      seconds: Math.max(0, (row.closedAt ?? row.requestedAt).getTime() - row.requestedAt.getTime()) / 1000,
    },
  }))
}
