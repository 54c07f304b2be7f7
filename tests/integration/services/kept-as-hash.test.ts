import { afterAll, beforeAll, expect, it } from 'vitest'
import { hashToken } from '@/server/core/token'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { createToken } from '@/server/services/identity/create-token'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { startDeviceLogin } from '@/server/services/identity/start-device-login'
import { attachRunner } from '@/server/services/runner/attach-runner'
import { createShare } from '@/server/services/share/create-share'
import { aBrowser, type ServiceTest, startServiceTestWithRunner } from './service-test'

let test: ServiceTest
let runnerId: string
beforeAll(async () => {
  ;({ test, runnerId } = await startServiceTestWithRunner())
})
afterAll(() => test.stop())

/** All that is in the database, as text; bytes are hexadecimal in it. */
async function everything(): Promise<string> {
  const tables = await test.query<{ name: string }>(
    `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) => test.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`)),
  )
  return rows.flatMap((table) => table.map(({ row }) => row)).join('\n')
}
const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('hex')

const asked = () => startDeviceLogin(test.ctx, { client: 'laptop', scopes: ['read'], days: 1, address: null })
/** Whatever opens something for whoever holds it. */
const SECRETS: Record<string, () => Promise<string>> = {
  'the cookie of a browser session': async () => {
    const { code } = await createLoginCode(test.ctx)
    return (await redeemLoginCode(test.ctx, { code, ...aBrowser })).cookie
  },
  'a login code': async () => (await createLoginCode(test.ctx)).code,
  'a login code that was used': async () => {
    const { code } = await createLoginCode(test.ctx)
    await redeemLoginCode(test.ctx, { code, ...aBrowser })
    return code
  },
  "a waiting CLI's secret": async () => (await asked()).deviceCode,
  'the code a person types for it': async () => (await asked()).userCode.replace('-', ''),
  'an API token': async () => {
    const of = { userId: test.ctx.actor.id ?? '', callerScopes: null, callerTokenId: null }
    return (await createToken(test.ctx, { ...of, name: 'kept', scopes: ['read'], days: 1 })).token
  },
  'the token of a shared link': async () =>
    (await createShare(test.ctx, { runnerId, kind: 'terminal', minutes: 1, apiTokenId: null })).token,
  "a terminal's ticket": async () => (await attachRunner(test.ctx, { id: runnerId, readOnly: true })).ticket,
}

it.each(Object.entries(SECRETS))('%s is kept as a hash only', async (_, make) => {
  const secret = await make()
  const kept = await everything()
  expect(kept).toContain(hex(hashToken(secret)))
  // Without what all of its kind begin with: neither as text, nor as the bytes of the text, nor as those it stands for.
  const random = secret.slice(secret.indexOf('_') + 1)
  for (const form of [random, hex(random), hex(Buffer.from(random, 'base64url'))]) expect(kept).not.toContain(form)
})
