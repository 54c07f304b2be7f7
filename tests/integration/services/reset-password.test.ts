import { afterAll, beforeAll, expect, it } from 'vitest'
import { authenticateCookie } from '@/server/services/identity/authenticate'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { setPassword } from '@/server/services/identity/set-password'
import { signInWithPassword } from '@/server/services/identity/sign-in-with-password'
import { inviteUser } from '@/server/services/user/invite-user'
import { resetPassword } from '@/server/services/user/reset-password'
import { aBrowser, type ServiceTest, startServiceTest } from './service-test'

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
  const { code } = await resetPassword(test.ctx, { user: 'vera' })
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
  expect(row).toMatchObject({ target_id: vera, data: { hadPassword: true, sessionsEnded: 1 } })
  expect(JSON.stringify(row)).not.toContain(code)
})

it('is for whoever comes in by links, and leaves everybody else as they are', async () => {
  await expect(resetPassword(test.ctx, { user: 'bot' })).rejects.toMatchObject({ code: 'invalid_state' })
  await expect(resetPassword(test.ctx, { user: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
  const { code } = await createLoginCode(test.ctx)
  await resetPassword(test.ctx, { user: 'vera' })
  expect((await comeIn(code)).cookie).toBeTruthy()
})
