import { rightsInProject, seesProject } from '../../core/access/rights'
import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { standingInclude, standingOfUser } from '../identity/standing'
import type { ServiceContext } from '../service-context'

export interface RedeemedTicket {
  runnerId: string
  userId: string
  userName: string
  readOnly: boolean
}

/**
 * Uses up a ticket. What its user may by now counts, not what they might when it was made: who may not drive any more is
 * read-only. Throws `unauthenticated` for one that is unknown, used or expired, or whose runner its user does not see any
 * more: one message for all four.
 */
export async function redeemTicket(ctx: Pick<ServiceContext, 'db' | 'clock'>, ticket: string): Promise<RedeemedTicket> {
  const now = ctx.clock.now()
  const ticketHash = hashToken(ticket)
  const used = await ctx.db.prisma.attachTicket.updateMany({
    where: { ticketHash, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
    data: { usedAt: now },
  })
  if (used.count !== 1) throw refused()
  const { runnerId, runner, user, readOnly } = await ctx.db.prisma.attachTicket.findUniqueOrThrow({
    where: { ticketHash },
    include: { user: { include: standingInclude }, runner: { select: { projectId: true } } },
  })
  // The scopes of the token that asked for it were judged then.
  const standing = { ...standingOfUser(user), scopes: null }
  if (!seesProject(standing, runner.projectId)) throw refused()
  const drives = !readOnly && rightsInProject(standing, runner.projectId).has('drive')
  return { runnerId, userId: user.id, userName: user.name, readOnly: !drives }
}

const refused = () => new StratavoreError('unauthenticated', 'This attach ticket was used before or has expired.')
