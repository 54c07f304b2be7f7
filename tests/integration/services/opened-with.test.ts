import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addPasskey, passkeyRegistrationOptions } from '@/server/services/identity/add-passkey'
import { authenticateCookie } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { unlinkIdentity } from '@/server/services/identity/external-identities'
import { linkIdentityOfSession } from '@/server/services/identity/link-identity-of-session'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { removePasskey } from '@/server/services/identity/remove-passkey'
import { signInWithOidc } from '@/server/services/identity/sign-in-with-oidc'
import { passkeySignInOptions, signInWithPasskey } from '@/server/services/identity/sign-in-with-passkey'
import type { StartedSession } from '@/server/services/identity/start-web-session'
import { validCredentials } from '@/server/services/identity/valid-credentials'
import { checkout } from '../../support/checkout'
import { createSoftwarePasskey } from '../../support/software-passkey'
import { overlap } from './held-commits'
import { aBrowser, type ServiceTest, startServiceTest } from './service-test'

const SITE = { origin: 'http://localhost:7717', hostname: 'localhost' }

let test: ServiceTest
let owner: string
let byLink: string
beforeAll(async () => {
  test = await startServiceTest()
  owner = test.ctx.actor.id ?? ''
})
afterAll(() => test.stop())
beforeEach(async () => {
  const { code } = await createLoginCode(test.ctx)
  byLink = await idOf(await redeemLoginCode(test.ctx, { code, ...aBrowser }))
})

const idOf = async ({ cookie }: StartedSession) => (await authenticateCookie(test.ctx, cookie))?.credentialId ?? ''
const open = async (...ids: string[]) => {
  const valid = await validCredentials(test.ctx, ids)
  return ids.map((id) => valid.has(id))
}

/** A way in that may be somebody else's by now: it can be prepared, used and taken away. */
interface Way {
  id: string
  comeIn: () => Promise<() => Promise<StartedSession>>
  end: (keepSession: string | null) => Promise<void>
}
const WAYS: Record<string, () => Promise<Way>> = {
  passkey: async () => {
    const passkey = createSoftwarePasskey(SITE)
    const asked = await passkeyRegistrationOptions(test.ctx, { userId: owner, site: SITE })
    const response = passkey.register(asked.challenge)
    const { id } = await addPasskey(test.ctx, { userId: owner, site: SITE, name: 'made', response })
    return {
      id,
      comeIn: async () => {
        const { challenge } = await passkeySignInOptions(test.ctx, { site: SITE })
        return () => signInWithPasskey(test.ctx, { response: passkey.signIn(challenge), site: SITE, ...aBrowser })
      },
      end: (keepSession) => removePasskey(test.ctx, { id, userId: owner, keepSession }),
    }
  },
  identity: async () => {
    const subject = randomUUID()
    const who = { issuer: 'https://id.example', subject, name: null, email: null, emailVerified: false }
    await linkIdentityOfSession(test.ctx, { sessionId: byLink, identity: who, address: null })
    const { id } = await test.ctx.db.prisma.externalIdentity.findFirstOrThrow({ where: { subject } })
    return {
      id,
      comeIn: async () => () => signInWithOidc(test.ctx, { identity: who, ...aBrowser }),
      end: (keepSession) => unlinkIdentity(test.ctx, { id, userId: owner, keepSession }),
    }
  },
}

describe.each(Object.entries(WAYS))('a browser that came in by a %s', (_, make) => {
  const cameIn = async (way: Way) => idOf(await (await way.comeIn())())

  it('is signed out with it, and no other is', async () => {
    const way = await make()
    const [gone, alsoGone] = [await cameIn(way), await cameIn(way)]
    const { code } = await createLoginCode(test.ctx)
    await way.end(byLink)
    expect(await open(gone, alsoGone, byLink)).toEqual([false, false, true])
    // Nor does a link that one of them may have made open anything.
    await expect(redeemLoginCode(test.ctx, { code, ...aBrowser })).rejects.toMatchObject({ code: 'unauthenticated' })
    const rows = await test.query<{ data: object }>('SELECT data FROM audit_events WHERE target_id = $1', [way.id])
    expect(rows.at(-1)?.data).toMatchObject({ userId: owner, sessionsEnded: 2 })
  })

  it('stays when it is the one that asks', async () => {
    const way = await make()
    const [asks, gone] = [await cameIn(way), await cameIn(way)]
    await way.end(asks)
    expect(await open(asks, gone)).toEqual([true, false])
  })

  it('in this moment is signed out, or not let in', async () => {
    const [first, second] = [await make(), await make()]
    const openOnes = () => test.ctx.db.prisma.webSession.count({ where: { revokedAt: null } })
    const before = await openOnes()
    expect(await overlap(test, await first.comeIn(), () => first.end(null))).toEqual(['ok', 'ok'])
    expect(await overlap(test, () => second.end(null), await second.comeIn())).toEqual(['ok', 'unauthenticated'])
    expect(await openOnes()).toBe(before)
  })
})

it('the upgrade finds out by what those came in that are open already', async () => {
  const ways = await Promise.all(Object.values(WAYS).map((make) => make()))
  const sessions: string[] = []
  for (const way of ways) sessions.push(await idOf(await (await way.comeIn())()))
  const read = () =>
    test.query('SELECT id, passkey_id, external_identity_id FROM web_sessions WHERE id = ANY($1) ORDER BY id', [
      sessions,
    ])
  const written = await read()
  await test.query('UPDATE web_sessions SET passkey_id = NULL, external_identity_id = NULL')
  const path = join(checkout, 'prisma/migrations/20261130064500_session_opened_with/migration.sql')
  const upgrade = readFileSync(path, 'utf8').match(/^UPDATE .*?;$/gms) ?? []
  expect(upgrade).toHaveLength(2)
  for (const sql of upgrade) await test.query(sql)
  expect(await read()).toEqual(written)
  for (const { id } of ways) expect(JSON.stringify(written)).toContain(id)
})
