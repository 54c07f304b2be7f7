import { rightsInProject, seesProject } from '../../core/access/rights'
import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { standingInclude, standingOfUser } from '../identity/standing'
import type { ServiceContext } from '../service-context'
import { guestName, readShare, shareCredential } from '../share/live-share'

export interface RedeemedTicket {
  runnerId: string
  /** Of a guest, the id of the link they came by. */
  userId: string
  userName: string
  /** How they are signed in: what the connection, and the ticket, are of. */
  credential: string
  readOnly: boolean
  /** Came by a shared link: looks, is told of nobody, and nobody counts on their looking. */
  guest: boolean
}

type TicketContext = Pick<ServiceContext, 'db' | 'clock'>

/**
 * Uses up a ticket, on a connection that was opened with this credential: what is watched for its revocation is the connection's, so
 * it must be that of the ticket. What its user may by now counts, not what they might when it was made: who may not drive any more is
 * read-only. Throws `unauthenticated` for one that is unknown, used, expired or another credential's, or whose
 * runner its user does not see any more: one message for all five.
 */
export async function redeemTicket(ctx: TicketContext, ticket: string, credential: string): Promise<RedeemedTicket> {
  const now = ctx.clock.now()
  const ticketHash = hashToken(ticket)
  const used = await ctx.db.prisma.attachTicket.updateMany({
    where: { ticketHash, credential, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
    data: { usedAt: now },
  })
  if (used.count !== 1) throw refused()
  const { runnerId, runner, user, readOnly, shareLinkId } = await ctx.db.prisma.attachTicket.findUniqueOrThrow({
    where: { ticketHash },
    include: { user: { include: standingInclude }, runner: { select: { projectId: true } } },
  })
  if (shareLinkId !== null) return redeemGuest(ctx, runnerId, shareLinkId)
  // The scopes of the token that asked for it were judged then.
  const standing = { ...standingOfUser(user), scopes: null }
  if (!seesProject(standing, runner.projectId)) throw refused()
  const drives = !readOnly && rightsInProject(standing, runner.projectId).has('drive')
  return { runnerId, userId: user.id, userName: user.name, credential, readOnly: !drives, guest: false }
}

/** The same for a ticket of a shared link, which may be over by now. */
async function redeemGuest(ctx: TicketContext, runnerId: string, shareLinkId: string): Promise<RedeemedTicket> {
  const row = await readShare(ctx, { id: shareLinkId, runnerId })
  if (row === null) throw refused()
  return {
    runnerId,
    userId: row.id,
    userName: guestName(row),
    credential: shareCredential(row.id),
    readOnly: true,
    guest: true,
  }
}

const refused = () => new StratavoreError('unauthenticated', 'This attach ticket was used before or has expired.')
