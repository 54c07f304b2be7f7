import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addPasskey, passkeyRegistrationOptions } from '@/server/services/identity/add-passkey'
import { answerDeviceLogin, findDeviceLogin } from '@/server/services/identity/answer-device-login'
import { authenticateCookie } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { createToken } from '@/server/services/identity/create-token'
import { linkIdentityOfSession } from '@/server/services/identity/link-identity-of-session'
import { pollDeviceLogin } from '@/server/services/identity/poll-device-login'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { revokeOtherSessions, revokeSession } from '@/server/services/identity/revoke-sessions'
import { revokeToken } from '@/server/services/identity/revoke-token'
import { setPassword } from '@/server/services/identity/set-password'
import { signInWithOidc } from '@/server/services/identity/sign-in-with-oidc'
import { passkeySignInOptions, signInWithPasskey } from '@/server/services/identity/sign-in-with-passkey'
import { startDeviceLogin } from '@/server/services/identity/start-device-login'
import { createJoinToken } from '@/server/services/node/create-join-token'
import type { ServiceContext } from '@/server/services/service-context'
import { createShare } from '@/server/services/share/create-share'
import { createUser } from '@/server/services/user/create-user'
import { inviteUser } from '@/server/services/user/invite-user'
import { resetPassword } from '@/server/services/user/reset-password'
import { disableUser, updateUser } from '@/server/services/user/update-user'
import { createSoftwarePasskey } from '../../support/software-passkey'
import { overlap } from './held-commits'
import { aBrowser, type ServiceTest, startServiceTestWithRunner } from './service-test'

const SITE = { origin: 'http://localhost:7717', hostname: 'localhost' }
const PASSWORD = 'seven grey herons wade'

let test: ServiceTest
let runnerId: string
beforeAll(async () => {
  ;({ test, runnerId } = await startServiceTestWithRunner())
})
afterAll(() => test.stop())

/** Somebody with a browser, in which another works who is about to be thrown out. */
let vera: string
let sessionId: string
let asVera: ServiceContext
/** The browser that is hers alone. */
let otherSessionId: string
let inOtherBrowser: ServiceContext
beforeEach(async () => {
  const name = `vera-${randomUUID()}`
  vera = (await test.ctx.db.prisma.user.create({ data: { name, role: 'operator' } })).id
  const actor = { kind: 'user', id: vera, name, via: 'browser' } as const
  const browser = async (): Promise<[string, ServiceContext]> => {
    const { code } = await inviteUser(test.ctx, { user: vera })
    const { cookie } = await redeemLoginCode(test.ctx, { code, ...aBrowser })
    const id = (await authenticateCookie(test.ctx, cookie))?.credentialId ?? ''
    return [id, { ...test.ctx, actor, source: { address: null, credential: `link:${id}` } }]
  }
  ;[sessionId, asVera] = await browser()
  ;[otherSessionId, inOtherBrowser] = await browser()
})

const newIdentity = () => ({
  ...{ issuer: 'https://id.example', subject: randomUUID(), name: null, email: null, emailVerified: false },
})
async function preparePasskey() {
  const passkey = createSoftwarePasskey(SITE)
  const { challenge } = await passkeyRegistrationOptions(asVera, { userId: vera, site: SITE })
  return { passkey, response: passkey.register(challenge) }
}
async function prepareAnswer() {
  const cli = await startDeviceLogin(test.ctx, { client: 'laptop', scopes: ['read'], days: 1, address: null })
  const { id } = await findDeviceLogin(test.ctx, { code: cli.userCode.replace('-', ''), userId: vera })
  return { cli, answer: () => answerDeviceLogin(asVera, { id, allow: true, userId: vera }) }
}
const aToken = (by: ServiceContext) =>
  createToken(by, {
    ...{ userId: vera, name: randomUUID(), scopes: ['*'], days: null, callerScopes: null, callerTokenId: null },
  })

/** What is made in a browser and outlives it. Prepares what comes before, and gives the making itself. */
const MADE: Record<string, () => Promise<() => Promise<unknown>>> = {
  'a login link': async () => () => createLoginCode(asVera),
  'a token': async () => () => aToken(asVera),
  'a passkey': async () => {
    const { response } = await preparePasskey()
    return () => addPasskey(asVera, { userId: vera, site: SITE, name: 'made', response })
  },
  'an identity': async () => {
    const identity = newIdentity()
    return () => linkIdentityOfSession(test.ctx, { sessionId, identity, address: null })
  },
  'a shared link': async () => () =>
    createShare({ ...asVera }, { runnerId, kind: 'terminal', minutes: 60, apiTokenId: null }),
  'an allowed CLI': async () => (await prepareAnswer()).answer,
  'a first password': async () => () => setPassword(asVera, { userId: vera, keepSession: null, password: PASSWORD }),
}

/** What begins with something that was made in a browser before. */
const BEGUN: Record<string, () => Promise<() => Promise<unknown>>> = {
  'coming in by a login link': async () => {
    const { code } = await createLoginCode(asVera)
    return () => redeemLoginCode(test.ctx, { code, ...aBrowser })
  },
  'coming in by a passkey': async () => {
    const { passkey, response } = await preparePasskey()
    await addPasskey(asVera, { userId: vera, site: SITE, name: 'made', response })
    const { challenge } = await passkeySignInOptions(test.ctx, { site: SITE })
    return () => signInWithPasskey(test.ctx, { response: passkey.signIn(challenge), site: SITE, ...aBrowser })
  },
  'coming in by an identity': async () => {
    const identity = newIdentity()
    await linkIdentityOfSession(test.ctx, { sessionId, identity, address: null })
    return () => signInWithOidc(test.ctx, { identity, ...aBrowser })
  },
  'fetching the token of an allowed CLI': async () => {
    const { cli, answer } = await prepareAnswer()
    await answer()
    return async () => {
      const { state } = await pollDeviceLogin(test.ctx, cli)
      if (state !== 'allowed') throw Object.assign(new Error(state), { code: 'unauthenticated' })
    }
  },
  'a token that makes another': async () => {
    const { id } = await aToken(asVera)
    return () => aToken({ ...asVera, source: { address: null, credential: `token:${id}` } })
  },
}

/** By what anybody could still come in as her, or see what she sees; what there is none of is left out. */
async function leftOf(user: string) {
  const { prisma } = test.ctx.db
  const theirs = { userId: user }
  const made = {
    sessions: await prisma.webSession.count({ where: { ...theirs, revokedAt: null } }),
    links: await prisma.loginCode.count({ where: { ...theirs, usedAt: null } }),
    tokens: await prisma.apiToken.count({ where: { ...theirs, revokedAt: null } }),
    passkeys: await prisma.passkey.count({ where: theirs }),
    identities: await prisma.externalIdentity.count({ where: theirs }),
    shares: await prisma.shareLink.count({ where: { ...theirs, revokedAt: null } }),
    clis: await prisma.deviceLogin.count({ where: { ...theirs, allowed: true, usedAt: null } }),
    passwords: await prisma.user.count({ where: { id: user, passwordHash: { not: null } } }),
  }
  return Object.fromEntries(Object.entries(made).filter(([, count]) => count > 0))
}
const resetAll = () => resetPassword(test.ctx, { user: vera, everything: true })
/** The one link by which she herself comes in again. */
const HER_LINK = { links: 1 }

describe.each(Object.entries({ ...MADE, ...BEGUN }))('%s', (_, prepare) => {
  it('that is being made when everything of its user ends, ends with it', async () => {
    expect(await overlap(test, await prepare(), resetAll)).toEqual(['ok', 'ok'])
    expect(await leftOf(vera)).toEqual(HER_LINK)
  })

  it('is refused while everything of its user ends', async () => {
    expect(await overlap(test, resetAll, await prepare())).toEqual(['ok', 'unauthenticated'])
    expect(await leftOf(vera)).toEqual(HER_LINK)
  })
})

/** What else ends the browser that makes it: she, in her other browser, or an owner. */
const ENDINGS: Record<string, () => Promise<unknown>> = {
  'its browser is signed out': () => revokeSession(test.ctx, { id: sessionId, userId: vera }),
  'all other browsers are': () => revokeOtherSessions(inOtherBrowser, { userId: vera, keep: otherSessionId }),
  'the password is set': () =>
    setPassword(inOtherBrowser, { userId: vera, keepSession: otherSessionId, password: PASSWORD }),
  'its user is disabled': () => disableUser(test.ctx, { user: vera }),
}

describe.each(Object.entries(ENDINGS))('while %s', (_, end) => {
  it.each(Object.entries(MADE))('%s is refused', async (_, prepare) => {
    expect(await overlap(test, end, await prepare())).toEqual(['ok', 'unauthenticated'])
    const { sessions: _s, passwords: _p, ...left } = await leftOf(vera)
    expect(left).toEqual({})
  })

  it.each(['a login link', 'an allowed CLI'])('%s that is being made ends with it', async (what) => {
    const make = await MADE[what]?.()
    expect(await overlap(test, async () => make?.(), end)).toEqual(['ok', 'ok'])
    expect(await leftOf(vera)).not.toHaveProperty('links')
    expect(await leftOf(vera)).not.toHaveProperty('clis')
  })
})

/** What an owner makes that outlives their own browser. */
const GIVEN: Record<string, () => Promise<unknown>> = {
  'a user': () => createUser(asVera, { name: `made-${randomUUID()}`, role: 'owner', allProjects: false }),
  'an invitation': () => inviteUser(asVera, { user: vera }),
  'a reset': () => resetPassword(asVera, { user: vera, everything: false }),
  'a right': () => updateUser(asVera, { user: vera, role: 'owner' }),
  'a join token': () =>
    createJoinToken({ ...asVera, settings: { ...asVera.settings, agentPort: 7718 } }, { name: 'n', minutes: 5 }),
}

it.each(Object.entries(GIVEN))('%s from a browser that is being signed out is refused', async (_, make) => {
  const end = () => revokeSession(test.ctx, { id: sessionId, userId: vera })
  expect(await overlap(test, end, make)).toEqual(['ok', 'unauthenticated'])
})

it('a browser that is signed out while it opens a login link of its user is signed out, and the link spent', async () => {
  const { code } = await createLoginCode(asVera)
  const { cookie } = await redeemLoginCode(test.ctx, { code: (await createLoginCode(asVera)).code, ...aBrowser })
  const id = (await authenticateCookie(test.ctx, cookie))?.credentialId ?? ''
  const end = () => revokeSession(test.ctx, { id, userId: vera })
  const comeIn = () => redeemLoginCode(test.ctx, { code, ...aBrowser, replaces: cookie })
  expect(await overlap(test, end, comeIn)).toEqual(['ok', 'unauthenticated'])
})

it('a token that is revoked makes nothing more', async () => {
  const { id } = await aToken(asVera)
  const byToken = { ...asVera, source: { address: null, credential: `token:${id}` } }
  const revoke = () => revokeToken(test.ctx, { id, userId: vera })
  expect(await overlap(test, revoke, () => aToken(byToken))).toEqual(['ok', 'unauthenticated'])
})

it("somebody else's session stands in for nobody", async () => {
  const owner = { ...test.ctx, source: asVera.source }
  await expect(createLoginCode(owner)).rejects.toMatchObject({ code: 'unauthenticated' })
  for (const credential of [null, `share:${sessionId}`, `token:${sessionId}`])
    await expect(createLoginCode({ ...asVera, source: { address: null, credential } })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
})
