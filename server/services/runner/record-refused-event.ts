import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import type { RedeemedTicket } from './redeem-ticket'

type RefusalContext = Pick<ServiceContext, 'db' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Records that somebody who may only watch a terminal tried to do more. */
export async function recordRefusedEvent(ctx: RefusalContext, ticket: RedeemedTicket, event: string): Promise<void> {
  const actor = { kind: 'user', id: ticket.userId, name: ticket.userName, via: 'terminal' } as const
  const target = { type: 'runner', id: ticket.runnerId }
  await withTransaction(ctx.db, (tx) =>
    recordChange({ ...ctx, actor }, tx, { action: 'terminal.refused', target, data: { event } }, []),
  )
}
