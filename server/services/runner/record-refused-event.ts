import type { Actor } from '../../core/actor'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import type { RedeemedTicket } from './redeem-ticket'

type RefusalContext = Pick<ServiceContext, 'db' | 'requestId' | 'clock' | 'keys' | 'fence'>

/** Records that somebody who may only watch a terminal tried to do more. */
export async function recordRefusedEvent(ctx: RefusalContext, ticket: RedeemedTicket, event: string): Promise<void> {
  const { guest, userId, userName: name, credential } = ticket
  const actor: Actor = guest
    ? { kind: 'token', id: null, name, via: 'terminal' }
    : { kind: 'user', id: userId, name, via: 'terminal' }
  // A guest is known by the link alone; of a user it tells which of their sessions or tokens it was.
  const source = { address: null, credential }
  const target = { type: 'runner', id: ticket.runnerId }
  await withTransaction(ctx.db, (tx) =>
    recordChange({ ...ctx, actor, source }, tx, { action: 'terminal.refused', target, data: { event } }, []),
  )
}
