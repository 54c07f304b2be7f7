import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authenticateCookie, CLI_TOKEN_NAME } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { setPassword } from '@/server/services/identity/set-password'
import { signInWithPassword } from '@/server/services/identity/sign-in-with-password'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { inviteUser } from '@/server/services/user/invite-user'
import { resetPassword } from '@/server/services/user/reset-password'
import { disableUser, enableUser } from '@/server/services/user/update-user'
import { aBrowser, launchOf, type ServiceTest, startServiceTest } from './service-test'

const OLD = 'correct horse battery staple'
const NEW = 'another horse battery staple'

let test: ServiceTest
let vera: string
beforeAll(async () => {
  test = await startServiceTest()
  vera = (await test.ctx.db.prisma.user.create({ data: { name: 'vera', role: 'viewer' } })).id
  await test.ctx.db.prisma.user.create({ data: { name: 'bot', role: 'service' } })
  await setPassword(test.ctx, { userId: vera, keepSession: null, password: OLD })
})
afterAll(() => test.stop())

const signIn = (password: string) => signInWithPassword(test.ctx, { name: 'vera', password, ...aBrowser })
const comeIn = (code: string) => redeemLoginCode(test.ctx, { code, ...aBrowser })

it('ends a forgotten password and every browser, and lets its user in once to set another', async () => {
  const { cookie } = await signIn(OLD)
  const invited = await inviteUser(test.ctx, { user: 'vera' })
  const { code } = await resetPassword(test.ctx, { user: 'vera', everything: false })
  await expect(signIn(OLD)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(await authenticateCookie(test.ctx, cookie)).toBeNull()
  // Neither does an earlier link let anybody in.
  await expect(comeIn(invited.code)).rejects.toMatchObject({ code: 'unauthenticated' })
  const back = await comeIn(code)
  expect((await authenticateCookie(test.ctx, back.cookie))?.actor.name).toBe('vera')
  await expect(comeIn(code)).rejects.toMatchObject({ code: 'unauthenticated' })
  await setPassword(test.ctx, { userId: vera, keepSession: null, password: NEW })
  expect((await signIn(NEW)).cookie).toBeTruthy()
  const [row] = await test.query<{ data: object; target_id: string }>(
    "SELECT data, target_id FROM audit_events WHERE action = 'user.reset_password'",
  )
  expect(row).toMatchObject({ target_id: vera, data: { hadPassword: true, everything: false, ended: { browsers: 1 } } })
  expect(JSON.stringify(row)).not.toContain(code)
})

it('is for whoever comes in by links, and leaves everybody else as they are', async () => {
  await expect(resetPassword(test.ctx, { user: 'bot', everything: false })).rejects.toMatchObject({
    code: 'invalid_state',
  })
  await expect(resetPassword(test.ctx, { user: 'nobody', everything: false })).rejects.toMatchObject({
    code: 'not_found',
  })
  const { code } = await createLoginCode(test.ctx)
  await resetPassword(test.ctx, { user: 'vera', everything: false })
  expect((await comeIn(code)).cookie).toBeTruthy()
})

it('ends what a browser that somebody else had has shared, and with everything its tokens, passkeys and identities', async () => {
  await test.project('p', 10)
  const { id: runnerId } = await launchRunner(test.ctx, launchOf('p'))
  const { prisma } = test.ctx.db
  const later = new Date(test.clock.now.getTime() + 60_000)
  const make = async () => {
    await prisma.apiToken.create({ data: { userId: vera, name: 'made', tokenHash: randomBytes(32) } })
    await prisma.passkey.create({
      data: {
        ...{ userId: vera, name: 'made', credentialId: randomUUID(), rpId: 'localhost' },
        ...{ publicKey: Buffer.alloc(1), counter: 0, backedUp: false },
      },
    })
    await prisma.externalIdentity.create({
      data: { userId: vera, issuer: 'https://id.example', subject: randomUUID() },
    })
    for (const expiresAt of [later, new Date(0)])
      await prisma.shareLink.create({
        data: {
          userId: vera,
          runnerId,
          kind: 'terminal',
          tokenHash: randomBytes(32),
          createdAt: new Date(0),
          expiresAt,
        },
      })
  }
  const left = async () => ({
    shares: await prisma.shareLink.count({ where: { userId: vera, revokedAt: null, expiresAt: later } }),
    tokens: await prisma.apiToken.count({ where: { userId: vera, revokedAt: null } }),
    passkeys: await prisma.passkey.count({ where: { userId: vera } }),
    identities: await prisma.externalIdentity.count({ where: { userId: vera } }),
  })
  const audited = async () =>
    (await test.query("SELECT 1 FROM audit_events WHERE action = 'share.revoke' AND target_id = $1", [runnerId])).length
  await make()
  const reset = await resetPassword(test.ctx, { user: 'vera', everything: false })
  expect(reset.ended).toMatchObject({ shares: 1, tokens: 0, passkeys: 0, identities: 0 })
  expect([await left(), await audited()]).toEqual([{ shares: 0, tokens: 1, passkeys: 1, identities: 1 }, 1])
  await make()
  const all = await resetPassword(test.ctx, { user: 'vera', everything: true })
  expect(all.ended).toMatchObject({ shares: 1, tokens: 2, passkeys: 2, identities: 2 })
  expect([await left(), await audited()]).toEqual([{ shares: 0, tokens: 0, passkeys: 0, identities: 0 }, 2])
  // Neither comes back with who is enabled again.
  await make()
  await disableUser(test.ctx, { user: 'vera' })
  await enableUser(test.ctx, { user: 'vera' })
  expect([await left(), await audited()]).toEqual([{ shares: 0, tokens: 1, passkeys: 1, identities: 1 }, 3])
  // The installation's own token stays: without it nothing could be started.
  const owner = await prisma.user.findFirstOrThrow({ where: { role: 'owner' } })
  await resetPassword(test.ctx, { user: owner.id, everything: true })
  expect(await prisma.apiToken.count({ where: { name: CLI_TOKEN_NAME, revokedAt: null } })).toBe(1)
})
