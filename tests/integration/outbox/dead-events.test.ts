import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withTransaction } from '@/server/db/database'
import { pruneEvents } from '@/server/outbox/prune'
import { recordChange } from '@/server/services/audit/record-change'
import { alertDeadEvents } from '@/server/services/event/dead-alert'
import { listDeadEvents } from '@/server/services/event/list-dead-events'
import { retryDeadEvents } from '@/server/services/event/retry-dead-events'
import { waitUntil } from '../../support/wait-until'
import { type ServiceTest, startServiceTest } from '../services/service-test'

let test: ServiceTest
beforeEach(async () => {
  test = await startServiceTest()
  await test.query('TRUNCATE outbox_events')
})
afterEach(() => test.stop())

/** Appends events and parks them, as the publisher does. Returns their ids, oldest first. */
async function park(count: number): Promise<string[]> {
  const subject = { type: 'project', id: randomUUID() }
  await withTransaction(test.ctx.db, (tx) =>
    recordChange(
      test.ctx,
      tx,
      null,
      Array.from({ length: count }, () => ({ type: 'project.updated' as const, subject, project: 'p', data: {} })),
    ),
  )
  const rows = await test.query<{ id: string }>(
    `UPDATE outbox_events SET dead_at = now(), attempts = 5, refusals = 3, last_error = 'nacked: no', next_attempt_at = NULL
      WHERE aggregate_id = $1 RETURNING id, seq`,
    [subject.id],
  )
  return rows.map(({ id }) => id)
}

const alerts = () =>
  test.query<{ data: { resolved: boolean; message: string }; routing_key: string }>(
    "SELECT data, routing_key FROM outbox_events WHERE type = 'system.alert' ORDER BY seq",
  )
const page = (beforeSeq?: number, limit = 100) => listDeadEvents(test.ctx, { beforeSeq, limit })

it('lists parked events in pages, newest first, with their reason', async () => {
  const ids = await park(3)
  const first = await page(undefined, 2)
  expect(first.total).toBe(3)
  expect(first.events.map(({ id }) => id)).toEqual([ids[2], ids[1]])
  expect(first.events[0]).toMatchObject({ attempts: 5, lastError: 'nacked: no', routingKey: 'project.updated.p' })
  const second = await page(first.events[1]?.seq)
  expect(second.events.map(({ id }) => id)).toEqual([ids[0]])
})

it('sends the named ones again, audited, and no others', async () => {
  const [first = '', second = ''] = await park(2)
  expect(await retryDeadEvents(test.ctx, { ids: [first.toUpperCase(), first] })).toEqual({ retried: 1 })
  expect((await page()).events.map(({ id }) => id)).toEqual([second])
  expect(
    await test.query('SELECT attempts, refusals, dead_at, next_attempt_at FROM outbox_events WHERE id = $1', [first]),
  ).toEqual([{ attempts: 0, refusals: 0, dead_at: null, next_attempt_at: null }])
  const audited = await test.query('SELECT action, data FROM audit_events ORDER BY seq DESC LIMIT 1')
  expect(audited).toEqual([{ action: 'event.retry', data: { retried: 1, ids: [first] } }])
})

it('sends none when one of those named is not parked', async () => {
  const [first = ''] = await park(1)
  await expect(retryDeadEvents(test.ctx, { ids: [first, randomUUID()] })).rejects.toMatchObject({ code: 'not_found' })
  expect((await page()).total).toBe(1)
})

it('sends all again in batches, each audited by itself, and takes the alert back once', async () => {
  const ids = await park(2_300)
  await alertDeadEvents(test.ctx, ['nacked: no'])
  expect(await retryDeadEvents(test.ctx, { all: true })).toEqual({ retried: 2_300 })
  expect((await page()).total).toBe(0)
  const audited = await test.query<{ data: { retried: number; ids: string[] } }>(
    "SELECT data FROM audit_events WHERE action = 'event.retry' ORDER BY seq",
  )
  expect(audited.map(({ data }) => data.retried)).toEqual([1_000, 1_000, 300])
  expect(audited.flatMap(({ data }) => data.ids).sort()).toEqual([...ids].sort())
  expect((await alerts()).map(({ data }) => data.resolved)).toEqual([false, true])
})

it('keeps nobody from committing while it waits for rows', async () => {
  const [first] = await park(2)
  const other = await test.ctx.db.pool.connect()
  try {
    await other.query('BEGIN')
    await other.query('SELECT 1 FROM outbox_events WHERE id = $1 FOR UPDATE', [first])
    const retried = retryDeadEvents(test.ctx, { all: true })
    await waitUntil('it waits', async () => {
      const waiting = await test.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
      return waiting.length > 0
    })
    // Waits for ever, until a limit ends it, when the commit order is held.
    const subject = { type: 'project', id: randomUUID() }
    await withTransaction(test.ctx.db, (tx) =>
      recordChange(test.ctx, tx, null, [{ type: 'project.updated', subject, project: 'p', data: {} }]),
    )
    await other.query('ROLLBACK')
    expect(await retried).toEqual({ retried: 2 })
  } finally {
    other.release(true)
  }
})

it('does nothing, and audits nothing, when none is parked', async () => {
  const before = await test.query('SELECT seq FROM audit_events')
  expect(await retryDeadEvents(test.ctx, { all: true })).toEqual({ retried: 0 })
  expect(await test.query('SELECT seq FROM audit_events')).toEqual(before)
})

it('alerts once for a batch with how many and why, and takes it back when none is left', async () => {
  const [first = ''] = await park(2)
  await alertDeadEvents(test.ctx, ['nacked: no', 'nacked: no'])
  await park(1)
  await alertDeadEvents(test.ctx, ['returned: nowhere'])
  await retryDeadEvents(test.ctx, { ids: [first] })
  await retryDeadEvents(test.ctx, { all: true })
  expect((await alerts()).map(({ data: { message, resolved } }) => ({ message, resolved }))).toEqual([
    { message: '2 events could not be delivered: nacked: no', resolved: false },
    { message: '1 event more could not be delivered, 3 in all: returned: nowhere', resolved: false },
    { message: 'No event is parked any more; all are sent again.', resolved: true },
  ])
  expect((await alerts())[0]?.routing_key).toBe('system.alert.warning')
})

it('makes up for an alert that its daemon did not live to tell, once', async () => {
  await alertDeadEvents(test.ctx, [])
  expect(await alerts()).toEqual([])
  await park(1)
  await alertDeadEvents(test.ctx, [])
  await alertDeadEvents(test.ctx, [])
  expect(await alerts()).toHaveLength(1)
})

it('still knows that it alerted when the alert is old enough to be pruned', async () => {
  await park(1)
  // An older one, which may go.
  await alertDeadEvents(test.ctx, ['nacked: no'])
  await alertDeadEvents(test.ctx, ['nacked: no'])
  await test.query(
    "UPDATE outbox_events SET occurred_at = '2020-01-01', published_at = '2020-01-01' WHERE dead_at IS NULL",
  )
  const before = new Date('2021-01-01')
  expect(await pruneEvents(test.ctx.db, before, '0')).toMatchObject({ deleted: 1 })
  await alertDeadEvents(test.ctx, [])
  expect((await alerts()).map(({ data }) => data.resolved)).toEqual([false])
  await retryDeadEvents(test.ctx, { all: true })
  expect((await alerts()).map(({ data }) => data.resolved)).toEqual([false, true])
})

it('does not alert about alerts', async () => {
  await park(1)
  await alertDeadEvents(test.ctx, ['nacked: no'])
  await test.query("UPDATE outbox_events SET dead_at = now() WHERE type = 'system.alert'")
  await retryDeadEvents(test.ctx, {
    ids: (await page()).events.filter((e) => e.type !== 'system.alert').map(({ id }) => id),
  })
  // The one left is the alert itself, so the trouble is over.
  expect((await alerts()).map(({ data }) => data.resolved)).toEqual([false, true])
  await alertDeadEvents(test.ctx, [])
  expect(await alerts()).toHaveLength(2)
})
