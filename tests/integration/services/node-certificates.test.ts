import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newSigningRequest } from '@/agent/identity/signing-request'
import { createAuthority, fingerprintOf } from '@/server/core/certificates/authority'
import { type AuthoritySet, rotated } from '@/server/core/certificates/authority-set'
import { hashToken } from '@/server/core/token'
import { withTransaction } from '@/server/db/database'
import { issueCertificate } from '@/server/services/certificates/issue-certificate'
import { authenticateCertificate, authenticateToken, stillValid } from '@/server/services/node/agent-credentials'
import { lockNode } from '@/server/services/node/lock-node'
import { renewCertificate } from '@/server/services/node/renew-certificate'
import { revokeNode } from '@/server/services/node/revoke-node'
import { type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let authorities: AuthoritySet
beforeAll(async () => {
  test = await startServiceTest()
  const { now } = test.clock
  authorities = [{ ...(await createAuthority(now)), createdAt: now.toISOString(), trustedUntil: null }]
})
afterAll(() => test.stop())

/** A remote node with a certificate. */
async function remoteNode(name: string) {
  const { csr } = await newSigningRequest()
  const node = await test.ctx.db.prisma.node.create({ data: { name, kind: 'remote' } })
  const { serial } = await withTransaction(test.ctx.db, (tx) =>
    issueCertificate(test.ctx, tx, authorities, { nodeId: node.id, csr }),
  )
  return { nodeId: node.id, serial, csr }
}

it('renews nothing that is revoked while it waits for the node', async () => {
  const { nodeId, serial, csr } = await remoteNode('revoked-meanwhile')
  let renewing: Promise<unknown> = Promise.resolve()
  await withTransaction(test.ctx.db, async (tx) => {
    await lockNode(tx, 'revoked-meanwhile')
    renewing = renewCertificate(test.ctx, authorities, { nodeId, serial, csr }).catch((error: unknown) => error)
    await delay(300)
    await tx.nodeCertificate.updateMany({ where: { nodeId }, data: { revokedAt: test.clock.now } })
  })
  expect(await renewing).toMatchObject({ code: 'unauthenticated' })
  expect(await test.ctx.db.prisma.nodeCertificate.count({ where: { nodeId, revokedAt: null } })).toBe(0)
})

it('revokes also what is given out while it waits for the node', async () => {
  const { nodeId, csr } = await remoteNode('renewed-meanwhile')
  let revoking: Promise<unknown> = Promise.resolve()
  await withTransaction(test.ctx.db, async (tx) => {
    await lockNode(tx, 'renewed-meanwhile')
    revoking = revokeNode(test.ctx, { node: 'renewed-meanwhile', confirmName: 'renewed-meanwhile' })
    await delay(300)
    await issueCertificate(test.ctx, tx, authorities, { nodeId, csr })
  })
  expect(await revoking).toEqual({ revoked: 2 })
})

it('takes a certificate for good while its authority is trusted, and no longer', async () => {
  const held = await remoteNode('of-the-old-authority')
  const [old] = authorities
  const fingerprint = await fingerprintOf(old?.certificate ?? '')
  const { credential } = await authenticateCertificate(test.ctx, held, [fingerprint])
  expect(credential).toMatchObject({ kind: 'certificate', authority: fingerprint })
  expect((await stillValid(test.ctx, [credential], [fingerprint]))(credential)).toBe(true)
  const others = ['sha256:of-another']
  expect((await stillValid(test.ctx, [credential], others))(credential)).toBe(false)
  await expect(authenticateCertificate(test.ctx, held, others)).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('trusts no authority for longer than the overlap of the newest rotation', async () => {
  const { now } = test.clock
  const [second, third] = [await createAuthority(now), await createAuthority(now)]
  const overlapping = rotated(authorities, second, now, 60_000)
  expect(overlapping.map(({ trustedUntil }) => trustedUntil === null)).toEqual([false, true])
  expect(rotated(overlapping, third, now, 0).map(({ certificate }) => certificate)).toEqual([third.certificate])
})

it('says why it refuses what was once an agent’s, and writes it down once an hour however often it comes', async () => {
  const [old] = authorities
  const fingerprint = await fingerprintOf(old?.certificate ?? '')
  const held = await remoteNode('refused')
  const { nodeId } = held
  const token = `sva_${'a1'.repeat(20)}`
  await test.ctx.db.prisma.agentToken.create({ data: { nodeId, tokenHash: hashToken(token) } })
  const byToken = () => authenticateToken(test.ctx, token)
  const byCertificate = (trusted = [fingerprint]) => authenticateCertificate(test.ctx, held, trusted)
  expect((await byToken()).nodeId).toBe(nodeId)
  expect((await byCertificate()).nodeId).toBe(nodeId)

  await expect(byCertificate([])).rejects.toThrow('signed by an authority that is not trusted any more')
  const { prisma } = test.ctx.db
  await prisma.agentToken.updateMany({ where: { nodeId }, data: { expiresAt: test.clock.now } })
  for (let tries = 0; tries < 3; tries += 1) await expect(byToken()).rejects.toThrow('agent token has expired')
  const later = new Date(test.clock.now.getTime() + 3_600_001)
  test.clock.now = later
  await prisma.agentToken.updateMany({ where: { nodeId }, data: { revokedAt: later } })
  await expect(byToken()).rejects.toThrow('agent token was revoked')
  await prisma.node.update({ where: { id: nodeId }, data: { removedAt: later } })
  await expect(byCertificate()).rejects.toMatchObject({ code: 'unauthenticated', message: /a node that was removed/ })
  await expect(authenticateToken(test.ctx, 'sva_nobodys')).rejects.toThrow('This agent token is not valid.')

  const rows = await test.query<{ data: { problem: string } }>(
    "SELECT data FROM audit_events WHERE action = 'node.refused' AND data->>'nodeId' = $1 ORDER BY seq",
    [nodeId],
  )
  expect(rows.map(({ data }) => data.problem)).toEqual(['authority-not-trusted', 'expired', 'revoked', 'node-removed'])
})
