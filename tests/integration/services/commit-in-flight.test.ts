import { TRPCError } from '@trpc/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, openDatabase } from '@/server/db/database'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { toApiError } from '@/server/trpc/error-mapping'
import { type CuttingProxy, startCuttingProxy } from '../../support/cutting-proxy'
import { requireCompleteEvents } from '../../support/oracles'
import { waitUntil } from '../../support/wait-until'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let proxy: CuttingProxy
let through: Database
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p', 100)
  proxy = await startCuttingProxy(test.url)
  through = openDatabase(proxy.url, () => undefined)
})
afterAll(async () => {
  await through.close()
  await proxy.close()
  await test.stop()
})

it.each([
  ['before-commit', 0],
  ['after-commit', 1],
] as const)('a launch whose connection is cut %s: the same key gives one runner', async (cut, committed) => {
  const ctx = { ...test.ctx, db: through }
  const launch = launchOf('p', `key-${cut}`)
  const made = async () =>
    (await test.query(`SELECT 1 FROM idempotency_keys WHERE key = $1`, [launch.idempotencyKey])).length
  proxy.cut = cut
  const error: unknown = await launchRunner(ctx, launch).then(
    () => null,
    (cause: unknown) => cause,
  )
  const told = toApiError(new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error }))
  expect(told).toMatchObject({ code: 'unavailable', trpcCode: 'SERVICE_UNAVAILABLE' })
  // The server may still be busy with what it was sent.
  await waitUntil('no transaction is left open', async () => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND (state LIKE 'idle in transaction%' OR state = 'active')`
    return (await test.query(sql)).length === 0
  })
  expect(await made()).toBe(committed)

  const first = await launchRunner(ctx, launch)
  const again = await launchRunner(ctx, launch)
  expect(again.id).toBe(first.id)
  expect(await made()).toBe(1)
  await requireCompleteEvents(test.ctx.db.pool)
})
