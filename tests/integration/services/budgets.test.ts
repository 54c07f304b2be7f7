import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BudgetSetInput, budgetSetInput } from '@/contracts/budget/budget'
import { withTransaction } from '@/server/db/database'
import { deleteBudget } from '@/server/services/budget/delete-budget'
import { listBudgets } from '@/server/services/budget/list-budgets'
import { raiseBudget } from '@/server/services/budget/raise-budget'
import { recountMoney } from '@/server/services/budget/recount-money'
import { setBudget } from '@/server/services/budget/set-budget'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { spendTokens } from './ledger-rows'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let project: { id: string; name: string }
beforeAll(async () => {
  test = await startServiceTest()
  project = await test.project('web')
})
afterAll(() => test.stop())
beforeEach(async () => {
  await test.query('DELETE FROM budgets')
  await test.query('DELETE FROM usage_entries')
  await test.query('DELETE FROM outbox_events')
  test.clock.now = new Date('2026-01-02T03:04:05.678Z')
})

/** A moment later than the last, so that they are listed in this order. */
const set = (input: Partial<BudgetSetInput>) => {
  test.clock.now = new Date(test.clock.now.getTime() + 1)
  return setBudget(test.ctx, budgetSetInput.parse({ unit: 'tokens', period: 'daily', limit: 100, ...input }))
}
const warnings = async () =>
  (
    await test.query<{ percent: number; used: number; type: string }>(
      `SELECT aggregate_type AS type, (data->>'percent')::int AS percent, (data->>'used')::float AS used
         FROM outbox_events WHERE type = 'budget.warning' ORDER BY seq`,
    )
  ).map(({ type, percent, used }) => [type, percent, used])
const current = async () => (await listBudgets(test.ctx, {})).map(({ current }) => current)

it('set again it keeps what is not said anew', async () => {
  const first = await set({ project: project.name, policy: 'deny-tools', timeZone: 'Europe/Berlin', enabled: false })
  expect(await set({ project: project.name, limit: 200 })).toMatchObject({
    ...{ id: first.id, limit: 200, policy: 'deny-tools', timeZone: 'Europe/Berlin', enabled: false },
  })
  expect(await set({ project: project.name, enabled: true, policy: 'pause' })).toMatchObject({
    ...{ id: first.id, policy: 'pause', timeZone: 'Europe/Berlin', enabled: true },
  })
  const other = await set({ period: 'weekly', timeZoneIfNew: 'Asia/Tokyo' })
  expect(other).toMatchObject({ policy: 'notify', timeZone: 'Asia/Tokyo', enabled: true })
})

describe('counting', () => {
  it('counts what concerns a budget in the period of its own time, and tells each step once', async () => {
    await set({ project: project.name })
    await set({ limit: 1000 })
    const mine = { projectId: project.id }
    await spendTokens(test, { tokens: 70, ...mine }, { tokens: 500 })
    expect(await warnings()).toEqual([])
    await spendTokens(test, { tokens: 6, ...mine })
    await spendTokens(test, { tokens: 1, ...mine })
    // Yesterday is over: it is nobody's warning.
    await spendTokens(test, { tokens: 5000, ...mine, at: new Date('2026-01-01T23:59:59.999Z') })
    expect(await warnings()).toEqual([['project', 75, 76]])
    // Two steps at once are told as the higher one.
    await spendTokens(test, { tokens: 40, ...mine })
    await spendTokens(test, { tokens: 400, ...mine })
    expect(await warnings()).toEqual([
      ['project', 75, 76],
      ['project', 100, 117],
      ['installation', 100, 1017],
    ])
    expect(await current()).toMatchObject([
      { spent: 517, exhausted: true, remaining: 0 },
      { spent: 1017, exhausted: true },
    ])
    // The next day begins with nothing.
    test.clock.now = new Date('2026-01-03T00:00:00.000Z')
    expect(await current()).toMatchObject([{ spent: 0, exhausted: false }, { spent: 0 }])
    await spendTokens(test, { tokens: 80, ...mine })
    expect((await warnings()).at(-1)).toEqual(['project', 75, 80])
  })

  it('of money leaves out what has no price and says how much that is', async () => {
    await set({ unit: 'usd', limit: 1 })
    await spendTokens(test, { tokens: 10, costUsd: 0.5 }, { tokens: 10 }, { tokens: 10, costUsd: 0.3 })
    expect(await current()).toMatchObject([{ spent: 0.8, unpricedRequests: 1 }])
    expect(await warnings()).toEqual([['installation', 75, 0.8]])
  })

  it('of a runner counts what that runner used', async () => {
    const { id } = await launchRunner(test.ctx, launchOf(project.name))
    await set({ runnerId: id })
    await spendTokens(test, { tokens: 50, projectId: project.id }, { tokens: 30, projectId: project.id, runnerId: id })
    expect(await listBudgets(test.ctx, { project: 'web' })).toMatchObject([
      { scope: 'runner', project: 'web', runnerId: id, current: { spent: 30 } },
    ])
  })

  it('equals the sum and crosses each step once, however many count at once', async () => {
    await set({ project: project.name, limit: 1000 })
    await set({ limit: 2000 })
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; round < 10; round += 1)
          await spendTokens(test, { tokens: 10 + writer, projectId: project.id }, { tokens: 5 })
      }),
    )
    const ofProject = 10 * (8 * 10 + 28)
    const spent = (await current()).map((state) => state.spent)
    expect(spent.sort()).toEqual([ofProject, ofProject + 400])
    const told = await warnings()
    const of = (scope: string) => told.filter(([type]) => type === scope).map(([, percent]) => percent)
    expect(of('project')).toEqual([75, 90, 100])
    expect(of('installation')).toEqual([])
  })

  it('loses nothing while a budget is being made', async () => {
    const writers = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 5; round += 1) await spendTokens(test, { tokens: 1 })
    })
    await set({ limit: 1000 })
    await Promise.all(writers)
    expect(await current()).toMatchObject([{ spent: 40 }])
  })
})

describe('setting', () => {
  it('counts what was used before in the present period, and tells what that has reached', async () => {
    await spendTokens(test, { tokens: 95, projectId: project.id })
    await set({ project: project.name })
    expect(await warnings()).toEqual([['project', 90, 95]])
    // A higher limit takes the step back; reached again it is told again.
    const budget = await set({ project: project.name, limit: 200, policy: 'stop' })
    expect(budget).toMatchObject({ policy: 'stop', current: { spent: 95, percent: 47.5 } })
    await spendTokens(test, { tokens: 60, projectId: project.id })
    expect(await warnings()).toHaveLength(2)
    expect(await listBudgets(test.ctx, {})).toHaveLength(1)
  })

  it('counts anew in another time zone, and nothing while it is off', async () => {
    test.clock.now = new Date('2026-01-02T12:00:00.000Z')
    await spendTokens(test, { tokens: 7, at: new Date('2026-01-01T23:30:00.000Z') }, { tokens: 1 })
    expect((await set({})).current.spent).toBe(1)
    const vienna = await set({ timeZone: 'Europe/Vienna' })
    expect(vienna.current).toMatchObject({ spent: 8, start: '2026-01-01T23:00:00.000Z' })
    await set({ timeZone: 'Europe/Vienna', enabled: false })
    await spendTokens(test, { tokens: 500 })
    expect(await warnings()).toEqual([])
    expect((await set({ timeZone: 'Europe/Vienna', enabled: true })).current).toMatchObject({ spent: 508 })
    expect(await warnings()).toHaveLength(1)
  })

  it('refuses what is no limit, no zone and no scope', () => {
    const wrong = (input: object) =>
      budgetSetInput.safeParse({ unit: 'usd', period: 'daily', limit: 1, ...input }).success
    expect(wrong({})).toBe(true)
    for (const input of [
      { limit: 0 },
      { limit: -1 },
      { limit: Number.POSITIVE_INFINITY },
      { limit: Number.NaN },
      { limit: 0.0000001 },
      { timeZone: 'Mars/Olympus' },
      { period: 'yearly' },
      { project: 'web', runnerId: '00000000-0000-4000-8000-000000000000' },
    ])
      expect(wrong(input), JSON.stringify(input)).toBe(false)
  })
})

describe('raising', () => {
  it('adds to the limit of this period only, by a share or an amount, in the audit log', async () => {
    const { id } = await set({})
    await spendTokens(test, { tokens: 100 })
    const raised = await raiseBudget(test.ctx, { id, by: { percent: 20 } })
    expect(raised.current).toMatchObject({ limit: 120, raisedBy: 20, remaining: 20, exhausted: false })
    await raiseBudget(test.ctx, { id, by: { amount: 5 } })
    expect((await current())[0]).toMatchObject({ limit: 125 })
    await spendTokens(test, { tokens: 25 })
    expect((await warnings()).map(([, percent]) => percent)).toEqual([100, 100])
    const audited = await test.query(`SELECT data->>'raisedBy' AS by FROM audit_events WHERE action = 'budget.raise'`)
    expect(audited).toEqual([{ by: '20' }, { by: '5' }])
    test.clock.now = new Date('2026-01-03T00:00:00.000Z')
    expect((await current())[0]).toMatchObject({ limit: 100 })
  })

  it('by a button happens once per press, and only in the period of the alert', async () => {
    const { id } = await set({})
    const press = { key: 'alert-1', periodStart: new Date('2026-01-02T00:00:00.000Z') }
    const by = { percent: 20 }
    const presses = await Promise.allSettled([1, 2, 3].map(() => raiseBudget(test.ctx, { id, by }, press)))
    expect(presses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await current())[0]).toMatchObject({ limit: 120 })
    test.clock.now = new Date('2026-01-03T00:00:00.000Z')
    await expect(raiseBudget(test.ctx, { id, by }, { ...press, key: 'alert-2' })).rejects.toMatchObject({
      code: 'invalid_state',
    })
  })
})

it('in dollars is counted anew when prices have changed', async () => {
  await set({ unit: 'usd', limit: 1 })
  await spendTokens(test, { tokens: 10 }, { tokens: 10, costUsd: 0.2 })
  await spendTokens(test, { tokens: 0 })
  expect(await current()).toMatchObject([{ spent: 0.2, unpricedRequests: 1 }])
  await test.query('UPDATE usage_entries SET cost_usd = 0.4 WHERE input_tokens > 0')
  await withTransaction(test.ctx.db, (tx) => recountMoney(test.ctx, tx))
  expect((await current())[0]?.spent).toBe(0.8)
  expect(await warnings()).toEqual([['installation', 75, 0.8]])
})

it('is deleted with what it counted', async () => {
  const { id } = await set({})
  await deleteBudget(test.ctx, { id })
  expect(await listBudgets(test.ctx, {})).toEqual([])
  await expect(deleteBudget(test.ctx, { id })).rejects.toMatchObject({ code: 'not_found' })
})
