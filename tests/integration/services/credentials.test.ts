import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Right } from '@/contracts/access/access'
import { userCreateInput } from '@/contracts/user/user'
import type { ProvedIdentity } from '@/server/core/ports/identity-provider'
import { answerDeviceLogin, findDeviceLogin } from '@/server/services/identity/answer-device-login'
import { authenticateBearer, authenticateCookie } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { createToken } from '@/server/services/identity/create-token'
import { listSessions } from '@/server/services/identity/list-sessions'
import { listTokens } from '@/server/services/identity/list-tokens'
import { pollDeviceLogin } from '@/server/services/identity/poll-device-login'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { revokeOtherSessions, revokeSession } from '@/server/services/identity/revoke-sessions'
import { revokeToken } from '@/server/services/identity/revoke-token'
import { setPassword } from '@/server/services/identity/set-password'
import { signInWithOidc } from '@/server/services/identity/sign-in-with-oidc'
import { signInWithPassword } from '@/server/services/identity/sign-in-with-password'
import { startDeviceLogin } from '@/server/services/identity/start-device-login'
import { validCredentials } from '@/server/services/identity/valid-credentials'
import { inviteUser } from '@/server/services/user/invite-user'
import { lockUser } from '@/server/services/user/lock-user'
import { disableUser, enableUser } from '@/server/services/user/update-user'
import { waitUntil } from '../../support/wait-until'
import { apiAs } from '../authorisation/api-as'
import { aBrowser, type ServiceTest, startServiceTest } from './service-test'

const HOUR_MS = 60 * 60 * 1000

let test: ServiceTest
let owner: string
let other: string
beforeAll(async () => {
  test = await startServiceTest()
  owner = test.ctx.actor.id ?? ''
  other = (await test.ctx.db.prisma.user.create({ data: { name: 'other', role: 'operator' } })).id
})
afterAll(() => test.stop())

const pass = (ms: number) => {
  test.clock.now = new Date(test.clock.now.getTime() + ms)
}
/** Signs a browser in; its cookie and the id of its session. */
async function signIn(replaces: string | null = null) {
  const { code } = await createLoginCode(test.ctx)
  const { cookie } = await redeemLoginCode(test.ctx, { code, ...aBrowser, replaces })
  return { cookie, id: (await authenticateCookie(test.ctx, cookie))?.credentialId ?? '' }
}
const opens = async (cookie: string) => (await authenticateCookie(test.ctx, cookie)) !== null
const valid = async (id: string) => (await validCredentials(test.ctx, [id])).has(id)
const auditOf = (action: string) =>
  test.query<{ actor_name: string; data: Record<string, unknown> }>(
    'SELECT actor_name, data FROM audit_events WHERE action = $1 ORDER BY seq DESC',
    [action],
  )

describe('a browser session', () => {
  it('is listed with how, whence and when, and written down as used once a minute at most', async () => {
    const { cookie, id } = await signIn()
    const start = test.clock.now.toISOString()
    pass(59_000)
    await authenticateCookie(test.ctx, cookie)
    const mine = async () =>
      (await listSessions(test.ctx, { userId: owner, current: id })).find((session) => session.id === id)
    expect(await mine()).toMatchObject({
      user: 'owner',
      userAgent: 'Test Browser',
      address: '127.0.0.1',
      method: 'link',
      current: true,
      lastUsedAt: start,
    })
    pass(1_000)
    await authenticateCookie(test.ctx, cookie)
    expect((await mine())?.lastUsedAt).toBe(test.clock.now.toISOString())
    expect(await listSessions(test.ctx, { userId: other, current: null })).toEqual([])
  })

  it('ends when it is not used, also for what is open already, and at its end however much it is used', async () => {
    const { sessionIdleHours: idle, sessionMaxHours: most } = test.ctx.settings
    const idling = await signIn()
    const used = await signIn()
    pass(idle * HOUR_MS - 1)
    expect(await opens(used.cookie)).toBe(true)
    pass(1)
    expect([await opens(idling.cookie), await valid(idling.id)]).toEqual([false, false])
    expect([await opens(used.cookie), await valid(used.id)]).toEqual([true, true])
    for (let hours = idle; hours < most; hours += idle - 1) {
      expect(await opens(used.cookie)).toBe(true)
      pass(Math.min(idle - 1, most - hours) * HOUR_MS)
    }
    expect([await opens(used.cookie), await valid(used.id)]).toEqual([false, false])
  })

  it('gets a new token at every sign-in; the one the browser came with opens nothing more', async () => {
    const first = await signIn()
    const second = await signIn(first.cookie)
    expect(second.cookie).not.toBe(first.cookie)
    expect([await opens(first.cookie), await opens(second.cookie)]).toEqual([false, true])
  })

  it('is revoked by its user or an owner, never by another user, and once', async () => {
    const { cookie, id } = await signIn()
    await expect(revokeSession(test.ctx, { id, userId: other })).rejects.toMatchObject({ code: 'not_found' })
    expect(await opens(cookie)).toBe(true)
    await revokeSession(test.ctx, { id, userId: null })
    expect([await opens(cookie), await valid(id)]).toEqual([false, false])
    await expect(revokeSession(test.ctx, { id, userId: owner })).rejects.toMatchObject({ code: 'not_found' })
    expect((await auditOf('auth.revoke_session'))[0]).toMatchObject({ actor_name: 'owner', data: { userId: owner } })
  })

  it('can be the only one left', async () => {
    const [kept, gone] = [await signIn(), await signIn()]
    expect(await revokeOtherSessions(test.ctx, { userId: owner, keep: kept.id })).toBeGreaterThan(0)
    expect([await opens(kept.cookie), await opens(gone.cookie)]).toEqual([true, false])
    expect(await revokeOtherSessions(test.ctx, { userId: owner, keep: kept.id })).toBe(0)
  })

  it.each(['alone', 'with all others'])(
    'that ends %s leaves no link and no answered CLI by which another would begin',
    async (how) => {
      const { id } = await signIn()
      const { code } = await createLoginCode(test.ctx)
      const cli = await startDeviceLogin(test.ctx, { client: 'laptop', scopes: ['read'], days: 1, address: null })
      const asked = await findDeviceLogin(test.ctx, { code: cli.userCode.replace('-', ''), userId: owner })
      await answerDeviceLogin(test.ctx, { id: asked.id, allow: true, userId: owner })
      if (how === 'alone') await revokeSession(test.ctx, { id, userId: owner })
      else await revokeOtherSessions(test.ctx, { userId: owner, keep: null })
      await expect(redeemLoginCode(test.ctx, { code, ...aBrowser })).rejects.toMatchObject({ code: 'unauthenticated' })
      expect(await pollDeviceLogin(test.ctx, cli)).toEqual({ state: 'expired' })
    },
  )

  it('begins by no link from before its user was disabled', async () => {
    const { code } = await inviteUser(test.ctx, { user: 'other' })
    await disableUser(test.ctx, { user: 'other' })
    await enableUser(test.ctx, { user: 'other' })
    await expect(redeemLoginCode(test.ctx, { code, ...aBrowser })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('an API token', () => {
  const make = (name: string, days: number | null = 90, callerScopes: Right[] | null = null) =>
    createToken(test.ctx, {
      userId: owner,
      name,
      scopes: ['read', 'metrics'],
      days,
      callerScopes: callerScopes && new Set(callerScopes),
      callerTokenId: null,
    })

  it('opens until it expires, is kept as a hash only, and its use is written down', async () => {
    const made = await make('for a day', 1)
    expect(made).toMatchObject({ name: 'for a day', scopes: ['read', 'metrics'], lastUsedAt: null, local: false })
    expect(await authenticateBearer(test.ctx, made.token)).toMatchObject({
      actor: { kind: 'token', id: owner, name: 'owner (for a day)' },
      credentialId: made.id,
    })
    const [listed] = (await listTokens(test.ctx, { userId: owner })).filter(({ id }) => id === made.id)
    expect(listed?.lastUsedAt).toBe(test.clock.now.toISOString())
    expect(listed).not.toHaveProperty('token')
    const stored = await test.query('SELECT to_jsonb(t)::text AS row FROM api_tokens t')
    const audited = await test.query('SELECT data::text FROM audit_events')
    expect(JSON.stringify([stored, audited])).not.toContain(made.token.slice(4))
    pass(24 * HOUR_MS)
    expect(await authenticateBearer(test.ctx, made.token)).toBeNull()
    expect(await valid(made.id)).toBe(false)
  })

  it('is revoked by its user or an owner only; this installation needs its own', async () => {
    const made = await make('to revoke', null)
    await expect(revokeToken(test.ctx, { id: made.id, userId: other })).rejects.toMatchObject({ code: 'not_found' })
    await revokeToken(test.ctx, { id: made.id, userId: owner })
    expect([await authenticateBearer(test.ctx, made.token), await valid(made.id)]).toEqual([null, false])
    const local = (await listTokens(test.ctx, { userId: owner })).find((token) => token.local)
    await expect(revokeToken(test.ctx, { id: local?.id ?? '', userId: null })).rejects.toMatchObject({
      code: 'invalid_state',
    })
    expect(await valid(local?.id ?? '')).toBe(true)
  })

  it('has a name of its own, and cannot make one that may do more', async () => {
    await make('twice')
    await expect(make('twice')).rejects.toMatchObject({ code: 'conflict' })
    await expect(make('local CLI')).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(make('stronger', 1, ['read'])).rejects.toMatchObject({ code: 'forbidden' })
    expect((await make('as strong', 1, ['read', 'metrics'])).scopes).toEqual(['read', 'metrics'])
  })

  it('of a limited one ends with it at the latest', async () => {
    const limits = { userId: owner, scopes: ['account' as const], callerScopes: new Set<Right>(['account']) }
    const forADay = await createToken(test.ctx, {
      ...limits,
      name: 'account for a day',
      days: 1,
      callerScopes: null,
      callerTokenId: null,
    })
    const from = (callerTokenId: string, name: string, days: number | null) =>
      createToken(test.ctx, { ...limits, name, days, callerTokenId })
    expect((await from(forADay.id, 'without end', null)).expiresAt).toBe(forADay.expiresAt)
    pass(HOUR_MS)
    expect((await from(forADay.id, 'for a year', 365)).expiresAt).toBe(forADay.expiresAt)
  })

  it('that is for some things only makes no link that signs somebody in for everything', async () => {
    const { token } = await createToken(test.ctx, {
      userId: owner,
      name: 'admin only',
      scopes: ['read', 'admin'],
      days: 1,
      callerScopes: null,
      callerTokenId: null,
    })
    const call = await apiAs(test, token)
    expect((await call('user.list', undefined)).code).toBe('ok')
    expect((await call('user.create', { name: 'second owner', role: 'owner' })).code).toBe('forbidden')
    expect((await call('user.invite', { user: 'owner' })).code).toBe('forbidden')
    // Nor does it give anybody rights that it has not itself.
    expect((await call('user.update', { user: 'owner', role: 'owner' })).code).toBe('forbidden')
    expect((await call('user.grant', { user: 'owner', project: 'p', role: 'operator' })).code).toBe('forbidden')
    expect((await call('user.enable', { user: 'owner' })).code).toBe('forbidden')
  })
})

describe('a password', () => {
  const GOOD = 'seven grey herons wade'
  const signInWith = (name: string, password: string) => signInWithPassword(test.ctx, { name, password, ...aBrowser })

  it('is refused with one error, whoever the user is', async () => {
    const refused = async (name: string, password: string) => {
      const error = await signInWith(name, password).catch((caught) => caught)
      return `${error.code} ${error.message}`
    }
    // No such user, no password set, a name that is another's.
    const answers = [await refused('nobody', GOOD), await refused('owner', GOOD), await refused('', '')]
    expect(new Set(answers)).toEqual(new Set(['unauthenticated Name or password is wrong.']))
  })

  it('signs in, is changed with the old one only, and then ends all other sessions', async () => {
    const kept = await signIn()
    await setPassword(test.ctx, { userId: owner, keepSession: kept.id, password: GOOD })
    const { cookie } = await signInWith('owner', GOOD)
    expect(await authenticateCookie(test.ctx, cookie)).toMatchObject({ method: 'password', role: 'owner' })
    await expect(signInWith('owner', `${GOOD} `)).rejects.toMatchObject({ code: 'unauthenticated' })

    const next = 'eight black swans sleep'
    for (const current of [undefined, '', 'seven grey herons wad']) {
      const change = setPassword(test.ctx, { userId: owner, keepSession: null, current, password: next })
      await expect(change).rejects.toMatchObject({ code: 'invalid_input', fields: { current: expect.anything() } })
    }
    await setPassword(test.ctx, { userId: owner, keepSession: kept.id, current: GOOD, password: next })
    expect([await opens(cookie), await opens(kept.cookie)]).toEqual([false, true])
    await expect(signInWith('owner', GOOD)).rejects.toMatchObject({ code: 'unauthenticated' })
    // Composed another way by another keyboard, it is the same.
    await setPassword(test.ctx, { userId: other, keepSession: null, password: 'grüne Wiesen im Tal' })
    const decomposed = 'gru\u0308ne Wiesen im Tal'
    expect((await signInWith('other', decomposed)).cookie).toMatch(/^svc_/)
  })

  it('is not guessed by somebody at a browser that was left open', async () => {
    const { token } = await createToken(test.ctx, {
      userId: owner,
      name: 'left open',
      scopes: ['*'],
      days: 1,
      callerScopes: null,
      callerTokenId: null,
    })
    const call = await apiAs(test, token)
    // Whoever knows it may change it as often as they like: that is no guess.
    const present = 'eight black swans sleep'
    for (let index = 0; index < 21; index++)
      expect((await call('auth.setPassword', { current: present, password: present })).code).toBe('ok')
    const guess = async () => (await call('auth.setPassword', { current: 'wrong', password: GOOD })).code
    for (let index = 0; index < 20; index++) expect(await guess()).toBe('invalid_input')
    expect(await guess()).toBe('rate_limited')
  })

  it('that is changed in this moment signs nobody in any more', async () => {
    const changing = await test.ctx.db.pool.connect()
    try {
      await changing.query('BEGIN')
      await changing.query(`UPDATE users SET password_hash = password_hash || '.' WHERE id = $1`, [owner])
      const signingIn = signInWith('owner', 'eight black swans sleep').then(
        () => 'in',
        (error) => error.code,
      )
      await waitUntil('the sign-in waits for the change', async () => {
        const waiting = await test.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return waiting.length > 0
      })
      await changing.query('COMMIT')
      expect(await signingIn).toBe('unauthenticated')
    } finally {
      changing.release(true)
    }
  })

  it('is argon2id as OWASP asks, and in no audit row', async () => {
    const [row] = await test.query<{ password_hash: string }>(`SELECT password_hash FROM users WHERE name = 'other'`)
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    const audited = JSON.stringify(await test.query('SELECT data::text FROM audit_events'))
    expect(audited).not.toMatch(/herons|swans|Wiesen|argon2/)
    expect((await auditOf('auth.sign_in'))[0]?.data).toMatchObject({ method: 'password', address: '127.0.0.1' })
  })

  it('that is weak is refused, and a disabled user is let in nowhere', async () => {
    const current = 'grüne Wiesen im Tal'
    for (const [password, why] of [
      ['an other secret of mine', /your name/],
      ['aaaaaaaaaaaaaaaa', /same few/],
    ] as const) {
      const change = setPassword(test.ctx, { userId: other, keepSession: null, current, password })
      await expect(change).rejects.toMatchObject({ fields: { password: expect.stringMatching(why) } })
    }
    const { cookie } = await signInWith('other', 'grüne Wiesen im Tal')
    await test.ctx.db.prisma.user.update({ where: { id: other }, data: { disabledAt: test.clock.now } })
    expect(await opens(cookie)).toBe(false)
    await expect(signInWith('other', 'grüne Wiesen im Tal')).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('an identity of a provider', () => {
  const issuer = 'https://id.example'
  const come = (subject: string, more: Partial<ProvedIdentity> = {}) =>
    signInWithOidc(
      { ...test.ctx, settings: { ...test.ctx.settings, oidcAllowed: ['@example.com'] } },
      {
        identity: { issuer, subject, name: null, email: `${subject}@example.com`, emailVerified: true, ...more },
        ...aBrowser,
      },
    )
  const whoIs = async (cookie: string) => (await authenticateCookie(test.ctx, cookie))?.actor

  it('is never called like the id of somebody', async () => {
    const named = await whoIs((await come('mallory', { name: owner.toUpperCase() })).cookie)
    expect(named?.name).toBe('mallory')
    expect(userCreateInput.safeParse({ name: owner, role: 'viewer' }).success).toBe(false)
    // Whoever was called so before: the id is still that of its user.
    await test.ctx.db.prisma.user.create({ data: { name: owner, role: 'viewer' } })
    const found = await test.ctx.db.prisma.$transaction((tx) => lockUser(tx, owner))
    expect(found.name).toBe('owner')
  })

  it('is known by its address once: the next subject of that issuer under it is a stranger', async () => {
    const email = 'team@example.com'
    const { id } = await test.ctx.db.prisma.user.create({ data: { name: 'team', role: 'viewer', email } })
    expect((await whoIs((await come('first', { email })).cookie))?.id).toBe(id)
    await expect(come('second', { email: 'Team@example.com' })).rejects.toMatchObject({ code: 'unauthenticated' })
    expect((await whoIs((await come('first', { email })).cookie))?.id).toBe(id)
    expect((await whoIs((await come('second', { email, issuer: 'https://other.example' })).cookie))?.id).toBe(id)
  })
})
