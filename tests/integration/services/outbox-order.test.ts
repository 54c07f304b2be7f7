import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withTransaction } from '@/server/db/database'
import { recordChange } from '@/server/services/audit/record-change'
import { readEventsAfter } from '@/server/services/event/read-events'
import { type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
})
afterAll(() => test.stop())

const WRITERS = 8
const EACH = 25

const tell = (name: string) =>
  withTransaction(test.ctx.db, async (tx) => {
    const subject = { type: 'project', id: name }
    await recordChange(test.ctx, tx, null, [
      { type: 'project.updated', subject, project: name, data: {} },
      { type: 'project.updated', subject, project: name, data: {} },
    ])
    // The order is held to the commit: time passes between the append and it.
    await tx.$queryRaw`SELECT 1 FROM (SELECT pg_sleep(random() * 0.004)) AS slept`
  })

it('a reader that has seen an event never finds an earlier one appear', async () => {
  let writing = true
  const seen: number[] = []
  const reader = (async () => {
    for (let last = 0, done = false; !done; ) {
      done = !writing
      const page = (await readEventsAfter(test.ctx, last, 7)).map(({ event }) => event)
      seen.push(...page.map((event) => event.seq))
      last = page.at(-1)?.seq ?? last
      if (page.length > 0) done = false
    }
  })()
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; i < EACH; i += 1) await tell(`w${writer}`)
    }),
  )
  writing = false
  await reader
  // Read once in ascending pages, nothing is missing of what is there in the end.
  const all = await test.query<{ seq: string }>('SELECT seq FROM outbox_events ORDER BY seq')
  expect(all).toHaveLength(WRITERS * EACH * 2)
  expect(seen).toEqual(all.map(({ seq }) => Number(seq)))
}, 60_000)

it('is notified of each commit, and not of what was rolled back', async () => {
  const url = test.ctx.db.pool.options.connectionString
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let notified = 0
  client.on('notification', () => {
    notified += 1
  })
  await client.query('LISTEN stratavore_events')
  await tell('told')
  const before = await test.ctx.db.prisma.outboxEvent.count()
  await expect(
    withTransaction(test.ctx.db, async (tx) => {
      await recordChange(test.ctx, tx, null, [
        { type: 'project.updated', subject: { type: 'project', id: 'x' }, project: null, data: {} },
      ])
      throw new Error('after all not')
    }),
  ).rejects.toThrow('after all not')
  await client.query('SELECT 1') // Notifications come before the answer of a later query.
  expect(notified).toBe(1)
  expect(await test.ctx.db.prisma.outboxEvent.count()).toBe(before)
  await client.end()
})
