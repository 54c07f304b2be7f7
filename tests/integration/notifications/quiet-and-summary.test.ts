import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeDailySummary } from '@/server/services/notification/write-daily-summary'
import { recordExit } from '@/server/services/runner/record-exit'
import { internalError } from '../../support/fake-ntfy'
import { type NotificationTest, startNotificationTest } from './notification-test'

let test: NotificationTest
beforeEach(async () => {
  test = await startNotificationTest()
})
afterEach(() => test.stop())

const titles = () => test.ntfy.shown().map((message) => message.title)
const at = (text: string) => {
  test.services.clock.now = new Date(text)
}
/** 22:30 to 07:00 in Berlin, of the night in which summer time begins: it ends at 05:00 UTC. */
const night = { quietHours: { from: '22:30', to: '07:00' }, timeZone: 'Europe/Berlin' }
const alert = (code: string, severity: 'warning' | 'critical') =>
  test.emit({
    type: 'system.alert',
    subject: { type: 'alert', id: code },
    project: null,
    data: { severity, code, message: code, hint: null, resolved: false },
  })

it('in quiet hours only what is urgent is sent; what still matters comes at their end, what is moot does not', async () => {
  await test.settings(night)
  at('2026-03-28T23:00:00Z')
  const [waits, answered] = [await test.run('web'), await test.run('api')]
  await test.activity(waits, 'waiting_permission')
  await test.activity(answered, 'waiting_permission')
  await alert('broker', 'warning')
  await alert('disk', 'critical')
  await test.settle()
  expect(titles()).toEqual(['Stratavore: disk'])
  const held = await test.ctx.db.prisma.notification.findMany({ where: { state: 'held' } })
  expect(held.map((row) => row.dueAt.toISOString())).toEqual(Array(3).fill('2026-03-29T05:00:00.000Z'))
  await test.activity(answered, 'working')
  at('2026-03-29T04:59:59Z')
  await test.settle()
  expect(titles()).toEqual(['Stratavore: disk'])
  at('2026-03-29T05:00:00Z')
  await test.settle()
  expect(titles().sort()).toEqual(['Stratavore: broker', 'Stratavore: disk', 'web waits for permission'])
})

it('what was written before the quiet hours, or is tried again in them, does not ring either', async () => {
  await test.settings(night)
  // The last second before 22:30 in Berlin; what fails rings five seconds later.
  at('2026-03-28T21:29:59Z')
  await alert('broker', 'warning')
  await test.pump()
  test.ntfy.script(internalError)
  await test.deliver()
  const id = await test.run('web')
  await test.activity(id, 'waiting_permission')
  await test.pump()
  at('2026-03-28T21:31:00Z')
  await alert('disk', 'critical')
  await test.settle()
  expect(titles()).toEqual(['Stratavore: disk'])
  const held = await test.ctx.db.prisma.notification.findMany({ where: { state: 'held' } })
  expect(held.map((row) => row.nextAttemptAt?.toISOString())).toEqual(Array(2).fill('2026-03-29T05:00:00.000Z'))
  at('2026-03-29T05:00:00Z')
  await test.settle()
  expect(titles().sort()).toEqual(['Stratavore: broker', 'Stratavore: disk', 'web waits for permission'])
})

it('quiet hours that are moved or switched off let go what they held', async () => {
  await test.settings(night)
  at('2026-03-28T23:00:00Z')
  await alert('broker', 'warning')
  await test.settle()
  await test.settings({ quietHours: { from: '22:30', to: '08:00' } })
  await test.settle()
  const held = await test.ctx.db.prisma.notification.findFirstOrThrow()
  expect(held).toMatchObject({ state: 'held', nextAttemptAt: new Date('2026-03-29T06:00:00Z') })
  expect(titles()).toEqual([])
  await test.settings({ quietHours: null })
  await test.settle()
  expect(titles()).toEqual(['Stratavore: broker'])
})

it('what became urgent in quiet hours is sent at once', async () => {
  await test.settings(night)
  at('2026-03-28T23:00:00Z')
  await alert('disk', 'warning')
  await test.settle()
  expect(titles()).toEqual([])
  await alert('disk', 'critical')
  await test.settle()
  expect(titles()).toEqual(['Stratavore: disk (2 times)'])
})

it('many held ones become one digest, made once by two senders, that forgets what was settled since', async () => {
  await test.settings(night)
  at('2026-03-28T23:00:00Z')
  const ids: string[] = []
  for (const project of ['a', 'b', 'c', 'd']) {
    const id = await test.run(project)
    ids.push(id)
    await test.activity(id, 'waiting_input')
    await test.pump()
    test.advance(120_000)
  }
  at('2026-03-29T05:00:00Z')
  await Promise.all([test.deliver(), test.deliver()])
  expect(test.ntfy.shown()).toMatchObject([
    {
      title: '4 things during your quiet hours',
      message: ['a', 'b', 'c', 'd'].map((name) => `- ${name} waits for an answer`).join('\n'),
    },
  ])
  await test.activity(ids[0] ?? '', 'working')
  await test.pump()
  test.advance(60_000)
  await test.deliver()
  expect(test.ntfy.shown()).toMatchObject([{ title: '3 things during your quiet hours', priority: 2 }])
  for (const id of ids.slice(1)) await test.activity(id, 'working')
  await test.settle()
  expect(titles()).toEqual([])
})

it('a digest names and counts what a burst in the night summed up, and lets each of it go', async () => {
  await test.settings(night)
  at('2026-03-28T23:00:00Z')
  const ids: string[] = []
  for (const project of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const id = await test.run(project)
    ids.push(id)
    await test.activity(id, 'waiting_input')
  }
  await test.pump()
  expect(await test.ctx.db.prisma.notification.count({ where: { state: 'held' } })).toBe(4)
  at('2026-03-29T05:00:00Z')
  await test.deliver()
  const [digest] = test.ntfy.shown()
  expect(digest?.title).toBe('6 things during your quiet hours')
  expect(digest?.message?.split('\n').sort()).toEqual([
    ...['a', 'b', 'c'].map((name) => `- ${name} waits for an answer`),
    ...['d', 'e', 'f'].map((name) => `- ${name} waits for you`),
  ])
  await test.activity(ids[5] ?? '', 'working')
  await test.pump()
  test.advance(60_000)
  await test.deliver()
  const [fewer] = test.ntfy.shown()
  expect(fewer?.title).toBe('5 things during your quiet hours')
  expect(fewer?.message).not.toContain('- f')
  for (const id of ids.slice(0, 5)) await test.activity(id, 'working')
  await test.settle()
  expect(titles()).toEqual([])
})

it('the daily summary comes once a day, at its hour, from two daemons and over restarts', async () => {
  at('2026-03-28T10:00:00Z')
  await test.settings({ enabled: { daily_summary: true }, timeZone: 'Europe/Berlin', summaryAt: '08:00' })
  // Its hour has passed today: nothing is made up for.
  await writeDailySummary(test.ctx)
  expect(await test.ctx.db.prisma.notification.count()).toBe(0)
  const [good, bad] = [await test.run('web'), await test.run('web')]
  await test.activity(good, 'waiting_input')
  at('2026-03-28T10:20:00Z')
  await test.activity(good, 'working')
  await test.activity(bad, 'waiting_permission')
  at('2026-03-28T10:30:00Z')
  await test.services.query('UPDATE runners SET tokens_used = 1234 WHERE id = $1', [bad])
  for (const [id, exitCode] of [
    [good, 0],
    [bad, 1],
  ] as const)
    await recordExit(test.ctx, id, 1, { exitCode, signal: null, reason: null, lastLines: '' })
  at('2026-03-29T05:59:00Z')
  await writeDailySummary(test.ctx)
  expect(await test.ctx.db.prisma.notification.count()).toBe(0)
  at('2026-03-29T06:00:00Z')
  await Promise.all(Array.from({ length: 5 }, () => writeDailySummary(test.ctx)))
  await writeDailySummary(test.ctx)
  await test.deliver()
  expect(test.ntfy.events).toMatchObject([
    {
      topic: 'my-status',
      title: 'The last day: 2 runners launched, 1 failed',
      message:
        '2 runners ended, 1 of them failed.\nRunners waited 30 min for a human.\n1,234 tokens in the runners that ended.',
    },
  ])
  at('2026-03-30T06:00:00Z')
  await writeDailySummary(test.ctx)
  await writeDailySummary(test.ctx)
  expect(await test.ctx.db.prisma.notification.count()).toBe(2)
})
