import type { z } from 'zod'
import type { AttachTicket, runnerAttachInput } from '@/contracts/runner/inputs'
import { requireInProject } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { lockRunner } from './lock-runner'

/** A ticket is used within the second it is made; this only covers a slow link. */
const TICKET_LIFETIME_MS = 30_000

/**
 * Makes the single-use ticket that opens one terminal socket to one runner; one that is not read-only needs the right to
 * drive. Throws `not_found`, `forbidden`.
 */
export async function attachRunner(
  ctx: ServiceContext,
  input: z.output<typeof runnerAttachInput>,
): Promise<AttachTicket> {
  const userId = ctx.actor.id
  if (!userId) throw new StratavoreError('forbidden', 'Only a user can attach to a terminal.')
  const ticket = newToken('svk')
  const now = ctx.clock.now()
  const expiresAt = new Date(now.getTime() + TICKET_LIFETIME_MS)
  await withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(ctx, tx, input.id)
    if (!input.readOnly) requireInProject(ctx, runner.projectId, { type: 'runner', ref: input.id }, 'drive')
    await tx.attachTicket.deleteMany({ where: { expiresAt: { lt: now } } })
    await tx.attachTicket.create({
      data: { ticketHash: hashToken(ticket), runnerId: runner.id, userId, readOnly: input.readOnly, expiresAt },
    })
    const target = { type: 'runner', id: runner.id }
    await recordChange(ctx, tx, { action: 'runner.attach', target, data: { readOnly: input.readOnly } }, [])
  })
  return { ticket, runnerId: input.id, expiresAt: expiresAt.toISOString() }
}
