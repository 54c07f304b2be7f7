import type { z } from 'zod'
import type { AttachTicket, runnerAttachInput } from '@/contracts/runner/inputs'
import { requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { lockRunner } from './lock-runner'

/** For whom a ticket is. */
interface NewTicket {
  runnerId: string
  /** Who attaches; of a guest, who shares. */
  userId: string
  shareLinkId: string | null
  readOnly: boolean
}

/** A ticket is used within the second it is made; this only covers a slow link. */
const TICKET_LIFETIME_MS = 30_000

/**
 * Makes the single-use ticket that opens one terminal socket to one runner, for a connection with the same credential; one
 * that is not read-only needs the right to drive. Throws `not_found`, `forbidden`.
 */
export async function attachRunner(
  ctx: ServiceContext,
  input: z.output<typeof runnerAttachInput>,
): Promise<AttachTicket> {
  const userId = ctx.actor.id
  if (!userId) throw new StratavoreError('forbidden', 'Only a user can attach to a terminal.')
  return withTransaction(ctx.db, async (tx) => {
    const { id: runnerId, projectId } = await lockRunner(ctx, tx, input.id)
    const { readOnly } = input
    if (!readOnly) requireInProject(ctx, projectId, { type: 'runner', ref: input.id }, 'drive')
    return insertTicket(ctx, tx, { runnerId, userId, shareLinkId: null, readOnly })
  })
}

/** Makes a ticket for somebody who was judged, and records that. Call it last in the transaction. */
export async function insertTicket(ctx: ServiceContext, tx: Tx, given: NewTicket): Promise<AttachTicket> {
  const credential = ctx.source?.credential
  if (!credential) throw new StratavoreError('forbidden', 'Only who is signed in can attach to a terminal.')
  const ticket = newToken('svk')
  const now = ctx.clock.now()
  const expiresAt = new Date(now.getTime() + TICKET_LIFETIME_MS)
  await tx.attachTicket.deleteMany({ where: { expiresAt: { lt: now } } })
  await tx.attachTicket.create({ data: { ticketHash: hashToken(ticket), ...given, credential, expiresAt } })
  const { runnerId, readOnly } = given
  const target = { type: 'runner', id: runnerId }
  await recordChange(ctx, tx, { action: 'runner.attach', target, data: { readOnly } }, [])
  return { ticket, runnerId, expiresAt: expiresAt.toISOString() }
}
