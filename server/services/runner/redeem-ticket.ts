import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import type { ServiceContext } from '../service-context'

export interface RedeemedTicket {
  runnerId: string
  userId: string
  userName: string
  readOnly: boolean
}

/** Uses up a ticket. Throws `unauthenticated` for one that is unknown, used or expired: one message for all three. */
export async function redeemTicket(ctx: Pick<ServiceContext, 'db' | 'clock'>, ticket: string): Promise<RedeemedTicket> {
  const now = ctx.clock.now()
  const ticketHash = hashToken(ticket)
  const used = await ctx.db.prisma.attachTicket.updateMany({
    where: { ticketHash, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
    data: { usedAt: now },
  })
  if (used.count !== 1) {
    throw new StratavoreError('unauthenticated', 'This attach ticket was used before or has expired.')
  }
  const row = await ctx.db.prisma.attachTicket.findUniqueOrThrow({ where: { ticketHash }, include: { user: true } })
  return { runnerId: row.runnerId, userId: row.userId, userName: row.user.name, readOnly: row.readOnly }
}
