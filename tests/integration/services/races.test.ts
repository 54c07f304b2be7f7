import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { setQuotas } from '@/server/services/quota/set-quotas'
import { attachRunner } from '@/server/services/runner/attach-runner'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { redeemTicket } from '@/server/services/runner/redeem-ticket'
import { aBrowser, launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
})
afterAll(() => test.stop())

const CALLERS = 10

/** Runs it many times at once; the results and the errors' codes. */
async function race<T>(count: number, work: (index: number) => Promise<T>): Promise<{ won: T[]; lost: string[] }> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)))
  return {
    won: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    lost: results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason.code)] : [])),
  }
}

it('of callers with one login code one gets in', async () => {
  const { code } = await createLoginCode(test.ctx)
  const { won, lost } = await race(CALLERS, () => redeemLoginCode(test.ctx, { code, ...aBrowser }))
  expect(won).toHaveLength(1)
  expect(lost).toEqual(Array(CALLERS - 1).fill('unauthenticated'))
  expect(await test.ctx.db.prisma.webSession.count()).toBe(1)
})

it('of callers with one ticket one is let in, and it dies with its time', async () => {
  await test.project('tickets')
  const { id } = await launchRunner(test.ctx, launchOf('tickets'))
  const signedIn = { ...test.ctx, source: { address: null, credential: 'token:a' } }
  const { ticket } = await attachRunner(signedIn, { id, readOnly: true })
  // Another credential, and none, use nothing up.
  for (const credential of ['token:b', 'password:a', ''])
    await expect(redeemTicket(test.ctx, ticket, credential)).rejects.toMatchObject({ code: 'unauthenticated' })
  const { won, lost } = await race(CALLERS, () => redeemTicket(test.ctx, ticket, 'token:a'))
  expect(won).toMatchObject([{ runnerId: id, readOnly: true, credential: 'token:a' }])
  expect(lost).toEqual(Array(CALLERS - 1).fill('unauthenticated'))

  const late = await attachRunner(signedIn, { id, readOnly: false })
  test.clock.now = new Date(Date.parse(late.expiresAt))
  await expect(redeemTicket(test.ctx, late.ticket, 'token:a')).rejects.toMatchObject({ code: 'unauthenticated' })
})

it('an idempotency key tells of its runner whoever may still launch there, and nobody else', async () => {
  const { id: projectId } = await test.project('replayed')
  const launch = launchOf('replayed', 'a-key-that-was-used')
  const { id } = await launchRunner(test.ctx, launch)
  expect((await launchRunner(test.ctx, launch)).id).toBe(id)
  const having = (role: 'operator' | 'viewer', grants: ReadonlyMap<string, 'operator' | 'viewer'>) =>
    launchRunner(
      { ...test.ctx, access: { may: 'launch', standing: { role, allProjects: false, grants, scopes: null } } },
      launch,
    )
  expect((await having('operator', new Map([[projectId, 'operator']]))).id).toBe(id)
  // The same user, whose grant was taken away or lessened since.
  await expect(having('operator', new Map())).rejects.toMatchObject({ code: 'not_found' })
  await expect(having('operator', new Map([[projectId, 'viewer']]))).rejects.toMatchObject({ code: 'forbidden' })
  // Somebody else has keys of their own.
  const other = await test.ctx.db.prisma.user.create({ data: { name: 'other', role: 'operator' } })
  const asOther = { ...test.ctx, actor: { ...test.ctx.actor, id: other.id, name: 'other' } }
  const theirs = await launchRunner({ ...asOther }, launch)
  expect(theirs.id).not.toBe(id)
})

it('callers with one idempotency key get one runner; with another input a conflict', async () => {
  await test.project('keys')
  const { won } = await race(CALLERS, () => launchRunner(test.ctx, launchOf('keys', 'one-key-for-all')))
  expect(won).toHaveLength(CALLERS)
  expect(new Set(won.map(({ id }) => id)).size).toBe(1)
  const other = race(CALLERS, (index) =>
    launchRunner(test.ctx, { ...launchOf('keys', 'one-key-for-two'), cols: 80 + (index % 2) }),
  )
  const { won: same, lost } = await other
  expect(new Set(same.map(({ id }) => id)).size).toBe(1)
  expect(same).toHaveLength(CALLERS / 2)
  expect(lost).toEqual(Array(CALLERS / 2).fill('conflict'))
})

describe('a quota', () => {
  it('is never exceeded, however many launch at once', async () => {
    await test.project('quota', 5)
    const { won, lost } = await race(40, () => launchRunner(test.ctx, launchOf('quota')))
    expect(won).toHaveLength(5)
    expect(lost).toEqual(Array(35).fill('quota_exceeded'))
  })

  it('holds while it is changed', async () => {
    await test.project('moving', 3)
    await race<unknown>(30, (index) =>
      index % 3 === 0
        ? setQuotas(test.ctx, { project: 'moving', runners: 3 })
        : launchRunner(test.ctx, launchOf('moving')),
    )
    expect(await test.ctx.db.prisma.runner.count({ where: { project: { name: 'moving' } } })).toBe(3)
  })
})

it('one of many projects with a name is made', async () => {
  const { won, lost } = await race(CALLERS, (index) => test.project(index % 2 ? 'Twice' : 'twice'))
  expect(won).toHaveLength(1)
  expect(lost).toEqual(Array(CALLERS - 1).fill('conflict'))
})
