import { homePaths } from '@/config/paths'
import type { JoinToken } from '@/contracts/node/remote'
import { requireInInstallation } from '../../core/access/access'
import { fingerprintOf } from '../../core/certificates/authority'
import { serverAuthority } from '../../core/certificates/authority-set'
import { invalidInput, StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { ensureAuthorities } from '../certificates/authorities-file'
import { requireLiveCaller } from '../identity/require-live-caller'
import { LOCAL_NODE_NAME } from '../installation/bootstrap-installation'
import type { ServiceContext } from '../service-context'
import { agentAddresses } from './agent-addresses'

/** What a join token begins with. */
const JOIN_TOKEN_PREFIX = 'svj'

/**
 * Makes a token with which one machine may become the node of this name, once. A node of that name that has joined
 * before joins again with it, and its earlier certificates end then. Tokens for the name that were not used end now.
 */
export async function createJoinToken(
  ctx: ServiceContext,
  { name, minutes }: { name: string; minutes: number },
): Promise<JoinToken> {
  requireInInstallation(ctx, 'admin')
  const { agentPort, home } = ctx.settings
  if (name === LOCAL_NODE_NAME) throw invalidInput('name', `the node ${LOCAL_NODE_NAME} is this machine`)
  if (agentPort === undefined) {
    throw new StratavoreError('invalid_state', 'This installation takes no agents of other machines.', {
      hint: 'Choose a port for them: `stratavore up --agent-port 7718`, or STRATAVORE_AGENT_PORT.',
    })
  }
  const now = ctx.clock.now()
  const token = newToken(JOIN_TOKEN_PREFIX)
  const expiresAt = new Date(now.getTime() + minutes * 60_000)
  const authority = serverAuthority(await ensureAuthorities(homePaths(home).agentAuthorities, now), now)
  const fingerprint = await fingerprintOf(authority.certificate)
  const id = await withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    await tx.joinToken.updateMany({
      where: { nodeName: name, usedAt: null, revokedAt: null },
      data: { revokedAt: now },
    })
    const row = await tx.joinToken.create({
      data: { nodeName: name, tokenHash: hashToken(token), createdBy: ctx.actor.name, createdAt: now, expiresAt },
    })
    const data = { node: name, expiresAt: expiresAt.toISOString() }
    await recordChange(ctx, tx, { action: 'node.join_token', target: { type: 'join_token', id: row.id }, data }, [])
    return row.id
  })
  const addresses = agentAddresses(ctx.settings, agentPort)
  const [address = ''] = addresses
  const command = `echo ${token} | stratavore agent --join ${address} --node ${name} --ca ${fingerprint} --token-file -`
  return { id, node: name, token, expiresAt: expiresAt.toISOString(), addresses, fingerprint, command }
}
