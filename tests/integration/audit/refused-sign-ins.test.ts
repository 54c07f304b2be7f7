import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RawAnswer, rawRequest } from '../api/raw-http'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

// Whom somebody tried to come in as, and from where, is in the audit log, however often they try.

const PASSWORD = 'seven grey herons wade'
const WRONG = 'nine wrong otters swim'
const HOST = 'host.example'
let probed: ProbedStack
let ownerId: string
beforeAll(async () => {
  probed = await startProbedStack({
    env: { STRATAVORE_TRUSTED_PROXIES: '127.0.0.1', STRATAVORE_PUBLIC_URL: `https://${HOST}` },
  })
  await probed.stack.api.auth.setPassword.mutate({ password: PASSWORD })
  ownerId = String((await probed.stack.api.auth.me.query()).user.id)
})
afterAll(() => probed.stop())

/** As the reverse proxy passes on what came from `address`. */
const from = (address: string) => ({ 'x-forwarded-for': address, 'x-forwarded-proto': 'https', host: HOST })
const post = (path: string, address: string, body: object): Promise<RawAnswer> =>
  rawRequest(probed.stack.url, {
    method: 'POST',
    path: `/api/auth/${path}`,
    headers: { 'content-type': 'application/json', 'x-stratavore': '1', origin: `https://${HOST}`, ...from(address) },
    body: JSON.stringify(body),
  })
const signIn = async (name: string, address: string, password = WRONG) =>
  (await post('password', address, { name, password })).status

interface Row {
  remote_addr: string | null
  target_type: string
  target_id: string
  data: { method: string; problem: string; tries: number; name?: string; from?: string }
}
/** What was written down of refused sign-ins meanwhile. */
async function refusedDuring(act: () => Promise<unknown>): Promise<Row[]> {
  const newest = (await probed.database.query('SELECT seq FROM audit_tip')).rows[0]?.seq
  await act()
  const { rows } = await probed.database.query(
    `SELECT actor_kind, actor_id, actor_name, via, credential, remote_addr, target_type, target_id, data
       FROM audit_events WHERE action = 'auth.refused' AND seq > $1 ORDER BY seq`,
    [newest],
  )
  for (const row of rows)
    expect(row).toMatchObject({ actor_kind: 'system', actor_id: null, actor_name: 'not signed in', credential: null })
  return rows
}
const inWords = ({ remote_addr, target_type, data: { method, problem, name, tries } }: Row): string =>
  [remote_addr, target_type, method, problem, name, tries].join(' | ')

it('tells who was tried with a wrong password, and from where; nothing of one that is right', async () => {
  const rows = await refusedDuring(async () => {
    expect(await signIn('owner', '198.51.100.1')).toBe(401)
    expect(await signIn('owner', '198.51.100.2')).toBe(401)
    expect(await signIn('owner', '198.51.100.1', PASSWORD)).toBe(200)
  })
  expect(rows.map(inWords)).toEqual([
    '198.51.100.1 | user | password | refused | owner | 1',
    '198.51.100.2 | user | password | refused | owner | 1',
  ])
  expect(rows.map(({ target_id }) => target_id)).toEqual([ownerId, ownerId])
})

it('tells of a name that nobody has as much as cannot be a password', async () => {
  const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz'
  const names = ['mallory', WRONG, token, 'm\u001b[31mal', 'x'.repeat(64)]
  const rows = await refusedDuring(async () => {
    for (const name of names) expect(await signIn(name, '198.51.100.3')).toBe(401)
  })
  expect(rows.map(({ target_type, target_id, data }) => [target_type, target_id, data.name])).toEqual([
    ['sign_in', 'password', 'mallory'],
    ['sign_in', 'password', 'nine…'],
    ['sign_in', 'password', expect.not.stringContaining('ghp_')],
    ['sign_in', 'password', 'm\u{FFFD}[31mal'],
    ['sign_in', 'password', 'xxxx…'],
  ])
  const kept = await probed.database.query('SELECT 1 FROM audit_events WHERE data::text ~ $1', [`${WRONG}|${token}`])
  expect(kept.rowCount).toBe(0)
})

it('writes one row for the first try, the tenth, and for the door that is shut, whatever names are made up', async () => {
  const flood = await refusedDuring(async () => {
    await Promise.all(Array.from({ length: 10 }, () => signIn('flood', '198.51.100.4')))
    await Promise.all(Array.from({ length: 150 }, (_, index) => signIn(`m${index}`, '198.51.100.4')))
  })
  const shut = flood.filter(({ data }) => data.problem === 'too_often')
  // Tries of one moment are written in any order.
  expect(shut.map(inWords).sort()).toEqual([
    '198.51.100.4 | sign_in | password | too_often |  | 1',
    '198.51.100.4 | sign_in | password | too_often |  | 10',
    '198.51.100.4 | sign_in | password | too_often |  | 100',
  ])
  const named = flood.filter(({ data }) => data.name === 'flood').map(({ data }) => data.tries)
  expect(named.sort()).toEqual([1, 10])
  expect(flood.length).toBeLessThanOrEqual(3 + 2 + 39)
})

it('tells of passkeys and login links that let nobody in', async () => {
  const assertion = {
    ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key' },
    response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
  }
  const rows = await refusedDuring(async () => {
    expect((await post('passkey', '198.51.100.5', assertion)).status).toBe(401)
    for (const code of ['svl_made-up', 'svl_another'])
      expect(
        (await rawRequest(probed.stack.url, { path: `/login?code=${code}`, headers: from('198.51.100.6') })).headers
          .location,
      ).toBe('/login?error=link')
  })
  expect(rows.map(inWords)).toEqual([
    '198.51.100.5 | sign_in | passkey | refused |  | 1',
    '198.51.100.6 | sign_in | link | refused |  | 1',
  ])
})
