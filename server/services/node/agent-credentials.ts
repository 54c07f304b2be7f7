import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import type { HourlyContext } from '../audit/record-hourly'
import type { ServiceContext } from '../service-context'
import { type CredentialProblem, refusedCredential } from './refuse-credential'

/** What an agent's connection was opened with; of a certificate also the fingerprint of the authority that signed it. */
export type AgentCredential = { kind: 'token'; id: string } | { kind: 'certificate'; serial: string; authority: string }

/** Who is at the other end of an agent's connection. */
export interface AgentIdentity {
  nodeId: string
  nodeName: string
  credential: AgentCredential
}

/** The node an agent token belongs to. Throws `unauthenticated`, and says why of one that was a node's. */
export async function authenticateToken(ctx: HourlyContext, token: string): Promise<AgentIdentity> {
  const row = await ctx.db.prisma.agentToken.findUnique({
    where: { tokenHash: hashToken(token) },
    include: { node: true },
  })
  if (!row) throw new StratavoreError('unauthenticated', 'This agent token is not valid.')
  const now = ctx.clock.now()
  const { id, nodeId, node } = row
  const problem = problemOf(row, now)
  if (problem) throw await refusedCredential(ctx, { type: 'agent_token', id, nodeId }, problem)
  await ctx.db.prisma.agentToken.update({ where: { id }, data: { lastUsedAt: now } })
  return { nodeId, nodeName: node.name, credential: { kind: 'token', id } }
}

interface Judged {
  revokedAt: Date | null
  expiresAt: Date | null
  node: { removedAt: Date | null }
}

function problemOf({ revokedAt, expiresAt, node }: Judged, now: Date): CredentialProblem | null {
  if (node.removedAt) return 'node-removed'
  if (revokedAt) return 'revoked'
  return expiresAt && expiresAt <= now ? 'expired' : null
}

/**
 * The node of a certificate whose chain and name the caller has judged. Throws `unauthenticated` for one that was never
 * given out to that node, has ended or is revoked, or is not of one of the authorities trusted now (fingerprints).
 */
export async function authenticateCertificate(
  ctx: HourlyContext,
  { nodeId, serial }: { nodeId: string; serial: string },
  trusted: readonly string[],
): Promise<AgentIdentity> {
  const row = await ctx.db.prisma.nodeCertificate.findFirst({ where: { serial, nodeId }, include: { node: true } })
  if (!row) throw new StratavoreError('unauthenticated', 'This certificate is not valid.')
  const { authority, node } = row
  const problem = problemOf(row, ctx.clock.now()) ?? (trusted.includes(authority) ? null : 'authority-not-trusted')
  if (problem) throw await refusedCredential(ctx, { type: 'node_certificate', id: serial, nodeId }, problem)
  return { nodeId, nodeName: node.name, credential: { kind: 'certificate', serial, authority } }
}

/**
 * Of these credentials those that still open something; asked for all live connections at once. A certificate does while
 * its authority is one of the trusted (fingerprints): a live connection does not show it again.
 */
export async function stillValid(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  credentials: readonly AgentCredential[],
  trusted: readonly string[],
): Promise<(credential: AgentCredential) => boolean> {
  const now = ctx.clock.now()
  const ids = credentials.flatMap((each) => (each.kind === 'token' ? [each.id] : []))
  const serials = credentials.flatMap((each) => (each.kind === 'certificate' ? [each.serial] : []))
  const inForce = { revokedAt: null, node: { removedAt: null } }
  const [tokens, certificates] = await Promise.all([
    ctx.db.prisma.agentToken.findMany({
      where: { id: { in: ids }, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }], ...inForce },
      select: { id: true },
    }),
    ctx.db.prisma.nodeCertificate.findMany({
      where: { serial: { in: serials }, authority: { in: [...trusted] }, expiresAt: { gt: now }, ...inForce },
      select: { serial: true },
    }),
  ])
  const good = new Set([...tokens.map(({ id }) => id), ...certificates.map(({ serial }) => serial)])
  return (credential) => good.has(credential.kind === 'token' ? credential.id : credential.serial)
}

/** Serial numbers of the certificates that open nothing although they have not ended: the agents' port looks there first. */
export async function revokedSerials(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<ReadonlySet<string>> {
  const rows = await ctx.db.prisma.nodeCertificate.findMany({
    where: {
      expiresAt: { gt: ctx.clock.now() },
      OR: [{ revokedAt: { not: null } }, { node: { removedAt: { not: null } } }],
    },
    select: { serial: true },
  })
  return new Set(rows.map(({ serial }) => serial))
}
