import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UserRole } from '@/contracts/access/access'
import { type ServiceTest, startServiceTest } from '../services/service-test'
import { apiAs, PROCEDURES } from './api-as'
import { PEOPLE, signUp } from './people'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
})
afterAll(() => test.stop())

/** One of everything that is somebody's own, and the token they ask with. */
interface Somebody {
  userId: string
  token: string
  sessionId: string
  tokenId: string
  passkeyId: string
  identityId: string
}
const THINGS = ['sessionId', 'tokenId', 'passkeyId', 'identityId'] as const

async function somebody(role: UserRole): Promise<Somebody> {
  const person = PEOPLE.find((known) => known.role === role && known.scopes.includes('*'))
  if (!person) throw new Error(`nobody is ${role}`)
  const { userId, token } = await signUp(test, { ...person, what: `${role} ${randomUUID()}` })
  const { prisma } = test.ctx.db
  const of = (name: string) => ({ userId, name })
  const expiresAt = new Date('2100-01-01')
  const session = { userId, tokenHash: randomBytes(32), expiresAt, lastUsedAt: test.clock.now }
  const key = { credentialId: randomUUID(), rpId: 'localhost', publicKey: randomBytes(1), counter: 0, backedUp: false }
  return {
    userId,
    token,
    sessionId: (await prisma.webSession.create({ data: session })).id,
    tokenId: (await prisma.apiToken.create({ data: { ...of('spare'), tokenHash: randomBytes(32) } })).id,
    passkeyId: (await prisma.passkey.create({ data: { ...of('key'), ...key } })).id,
    identityId: (
      await prisma.externalIdentity.create({ data: { userId, issuer: 'https://id.example', subject: userId } })
    ).id,
  }
}

let vera: Somebody
let walter: Somebody
let owner: Somebody
beforeEach(async () => {
  ;[vera, walter, owner] = [await somebody('operator'), await somebody('viewer'), await somebody('owner')]
})

/** All rows of a person, as text: what was revoked or changed of theirs shows. */
async function rowsOf({ userId }: Somebody): Promise<string> {
  const tables = ['web_sessions', 'api_tokens', 'passkeys', 'external_identities', 'login_codes', 'share_links']
  const asText = (table: string, column = 'user_id') =>
    // When their token was last used is no change of anything.
    test.query(`SELECT to_jsonb(t) - 'last_used_at' AS row FROM ${table} t WHERE ${column} = $1 ORDER BY id`, [userId])
  return JSON.stringify(await Promise.all([...tables.map((table) => asText(table)), asText('users', 'id')]))
}
const codeOf = async (by: Somebody, path: string, input: unknown) =>
  (await (await apiAs(test, by.token))(path, input)).code

/** What names one thing of a user. For who may not touch it there is none such. */
const NAMING: Record<string, (of: Somebody) => object> = {
  'auth.revokeSession': ({ sessionId: id }) => ({ id }),
  'auth.revokeToken': ({ tokenId: id }) => ({ id }),
  'auth.removePasskey': ({ passkeyId: id }) => ({ id }),
  'auth.unlinkIdentity': ({ identityId: id }) => ({ id }),
}
/** Lists of such things, and which of them each tells of. */
const LISTING: Record<string, { thing: (typeof THINGS)[number]; all: boolean }> = {
  'auth.sessions': { thing: 'sessionId', all: true },
  'auth.tokens': { thing: 'tokenId', all: true },
  'auth.passkeys': { thing: 'passkeyId', all: false },
  'auth.identities': { thing: 'identityId', all: false },
}
/** What names nothing that is already somebody's: what it takes, and why. */
const NAMING_NOTHING: Record<string, { input?: object; why: string }> = {
  'auth.me': { why: 'tells of the caller' },
  'user.rights': { why: 'tells of the caller' },
  'auth.signOut': { why: 'ends the session of the call' },
  'auth.revokeOwnToken': { input: { id: randomUUID() }, why: 'ends the token of the call, which it must name' },
  'auth.createLoginLink': { why: 'makes a link of the caller' },
  'auth.revokeOtherSessions': { why: "ends the caller's sessions" },
  'auth.createToken': { input: { name: 'new' }, why: "makes a token of the caller's; of a service for owners only" },
  'auth.setPassword': { input: { password: 'seven grey herons wade' }, why: "sets the caller's" },
  'auth.passkeyOptions': { why: 'is for a passkey of the caller' },
  'auth.addPasskey': { input: { name: 'new', response: {} }, why: 'is for a passkey of the caller' },
  'auth.findDevice': { input: { code: 'BCDFGHJK' }, why: "a CLI that waits is nobody's yet" },
  'auth.answerDevice': { input: { id: randomUUID(), allow: true }, why: "a CLI that waits is nobody's yet" },
}

it('knows every procedure that is about the caller', () => {
  const known = [...Object.keys(NAMING), ...Object.keys(LISTING), ...Object.keys(NAMING_NOTHING)]
  const ofCaller = PROCEDURES.filter(({ rule }) => rule.of === 'caller').map(({ path }) => path)
  expect(known.sort()).toEqual(ofCaller.sort())
})

describe.each(Object.entries(NAMING))('%s', (path, input) => {
  it("does not find another's, and leaves it", async () => {
    const before = await rowsOf(walter)
    expect(await codeOf(vera, path, input(walter))).toBe('not_found')
    expect(await codeOf(walter, path, input(owner))).toBe('not_found')
    expect(await rowsOf(walter)).toBe(before)
  })

  it("ends one's own, and for an owner anybody's", async () => {
    const before = await rowsOf(vera)
    expect(await codeOf(vera, path, input(vera))).toBe('ok')
    expect(await rowsOf(vera)).not.toBe(before)
    expect(await codeOf(owner, path, input(walter))).toBe('ok')
  })
})

const told = async (by: Somebody, path: string, input?: object) => {
  const { code, output } = await (await apiAs(test, by.token))(path, input)
  expect(code).toBe('ok')
  return JSON.stringify(output)
}

describe.each(Object.entries(LISTING))('%s', (path, { thing, all }) => {
  it("tells of one's own only", async () => {
    const input = all ? {} : undefined
    for (const [by, other] of [
      [vera, walter],
      [walter, vera],
      [owner, vera],
    ] as const) {
      const list = await told(by, path, input)
      expect(list).toContain(by[thing])
      expect(list).not.toContain(other[thing])
    }
  })
})

it.each(Object.entries(LISTING).filter(([, { all }]) => all))(
  "%s tells an owner of everybody's who asks for that, and nobody else",
  async (path, { thing }) => {
    const list = await told(owner, path, { all: true })
    for (const { [thing]: id } of [vera, walter, owner]) expect(list).toContain(id)
    expect(await codeOf(vera, path, { all: true })).toBe('forbidden')
  },
)

it.each(Object.entries(NAMING_NOTHING))('%s changes nothing of anybody else', async (path, { input }) => {
  const before = [await rowsOf(walter), await rowsOf(owner)]
  expect(await codeOf(vera, path, input)).not.toBe('forbidden')
  expect([await rowsOf(walter), await rowsOf(owner)]).toEqual(before)
})

it("a token of another person's is not made, and theirs is not ended as one's own", async () => {
  const { name } = await test.ctx.db.prisma.user.findUniqueOrThrow({ where: { id: walter.userId } })
  expect(await codeOf(vera, 'auth.createToken', { name: 'theirs', user: name })).toBe('forbidden')
  expect(await codeOf(owner, 'auth.createToken', { name: 'theirs', user: name })).toBe('invalid_input')
  const before = await rowsOf(walter)
  for (const by of [vera, owner])
    expect(await codeOf(by, 'auth.revokeOwnToken', { id: walter.tokenId })).toBe('invalid_state')
  expect(await rowsOf(walter)).toBe(before)
})
