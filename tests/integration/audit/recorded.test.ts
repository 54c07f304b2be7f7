import { afterAll, beforeAll, expect, it } from 'vitest'
import { FULL_ACCESS } from '@/server/core/access/access'
import { StratavoreError } from '@/server/core/errors'
import { createLimits } from '@/server/core/limits'
import { appRouter } from '@/server/trpc/app-router'
import { type ApiContext, procedure, router } from '@/server/trpc/trpc'
import { type ServiceTest, startServiceTest } from '../services/service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  await test.project('p')
})
afterAll(() => test.stop())

const notAsked = (): never => {
  throw new Error('no event is read here')
}
const context = (): ApiContext => ({
  requestId: 'r1',
  identity: {
    actor: test.ctx.actor,
    role: 'owner',
    standing: FULL_ACCESS.standing,
    webSessionId: 's1',
    credentialId: 's1',
    method: 'password',
  },
  services: test.ctx,
  events: { lastSeq: notAsked, after: notAsked, changed: notAsked },
  details: { follow: notAsked },
  client: { address: '203.0.113.9', secure: true, host: 'host.example', proxied: false, local: false },
  limits: createLimits(),
  origin: 'http://127.0.0.1:7717',
})

/** Runs it, and returns the actions that it has written down. */
async function recorded(act: () => Promise<unknown>): Promise<string[]> {
  const [before] = await test.query<{ seq: string }>('SELECT seq FROM audit_tip')
  await act().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error
  })
  const rows = await test.query<{ action: string; credential: string; remote_addr: string }>(
    'SELECT action, credential, remote_addr FROM audit_events WHERE seq > $1 ORDER BY seq',
    [before?.seq],
  )
  for (const row of rows) expect(row).toMatchObject({ credential: 'password:s1', remote_addr: '203.0.113.9' })
  return rows.map(({ action }) => action)
}

const rule = { may: 'admin', of: 'installation' } as const
/** What a new procedure is whose author did not think of the audit log. */
const forgetful = router({
  change: procedure(rule).mutation(() => 'changed'),
  fail: procedure(rule).mutation((): string => {
    throw new StratavoreError('conflict', 'It cannot be changed.')
  }),
  look: procedure(rule).query(() => 'seen'),
})

it('writes down a mutation that does not do so itself, but no failed one and no query', async () => {
  const caller = forgetful.createCaller(context())
  expect(await recorded(() => caller.change())).toEqual(['change'])
  expect(await recorded(() => caller.fail())).toEqual([])
  expect(await recorded(() => caller.look())).toEqual([])
})

it('makes every mutation there is of the procedure that does so', () => {
  // What a procedure is made of begins with what its builder put there, and that is the same function for all of them.
  const first = (made: object): unknown => (made as { _def: { middlewares: unknown[] } })._def.middlewares[0]
  const ours = first(forgetful._def.procedures.change)
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>
  const mutations = Object.entries(procedures).filter(([, { _def }]) => _def.type === 'mutation')
  expect(mutations.length).toBeGreaterThan(25)
  for (const [path, made] of mutations) {
    expect([path, first(made) === ours]).toEqual([path, true])
    expect([path, 'rule' in ((made as { _def: { meta?: object } })._def.meta ?? {})]).toEqual([path, true])
  }
})

it('writes one row, the own one, for a mutation that does; one under its name when it changed nothing', async () => {
  const caller = appRouter.createCaller(context())
  expect(await recorded(() => caller.project.update({ project: 'p', description: 'd' }))).toEqual(['project.update'])
  expect(await recorded(() => caller.project.archive({ project: 'p', archived: false }))).toEqual(['project.archive'])
  expect(await recorded(() => caller.notification.test())).toEqual(['notification.test'])
})

it('writes down who reads what is not everybody’s, once an hour', async () => {
  const caller = appRouter.createCaller(context())
  const read = () => caller.project.variables({ project: 'p' })
  expect(await recorded(read)).toEqual(['project.variables'])
  expect(await recorded(read)).toEqual([])
  test.clock.now = new Date(test.clock.now.getTime() + 3_600_001)
  expect(await recorded(read)).toEqual(['project.variables'])
})
