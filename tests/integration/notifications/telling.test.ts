import { afterEach, beforeEach, expect, it } from 'vitest'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { stopRunner } from '@/server/services/runner/stop-runner'
import { recordDaemonStarted, recordDaemonStopped } from '@/server/services/system/record-daemon-life'
import { launchOf } from '../services/service-test'
import { type NotificationTest, startNotificationTest } from './notification-test'

let test: NotificationTest
beforeEach(async () => {
  test = await startNotificationTest()
})
afterEach(() => test.stop())

const shown = () => test.ntfy.shown()
const titles = () => shown().map((message) => message.title)
const MINUTE = 60_000

it('a runner that waits rings once it has waited a moment, and is taken back when it is answered', async () => {
  const id = await test.run('web', { name: 'fix-login' })
  await test.activity(id, 'working')
  test.advance(12 * MINUTE)
  await test.activity(id, 'waiting_permission')
  await test.settle()
  expect(test.ntfy.requests()).toBe(0)
  test.advance(5_000)
  await test.settle()
  expect(shown()).toMatchObject([
    {
      topic: 'my-alerts',
      title: 'web/fix-login waits for permission',
      message: 'shell asks for permission after 12 min of work. It goes on when you answer.',
      priority: 4,
      tags: ['raised_hand'],
      click: `https://phone.example/runners/${id}`,
      actions: [
        { action: 'view', label: 'Open', url: `https://phone.example/runners/${id}` },
        { action: 'http', label: 'Stop', method: 'POST', clear: true },
      ],
    },
  ])
  expect(shown()[0]?.markdown).toBeUndefined()
  await test.activity(id, 'working')
  await test.settle()
  expect(shown()).toEqual([])
  expect(test.ntfy.events.map((event) => event.event)).toEqual(['message', 'message_delete'])
  // Waiting again is a notification again.
  await test.activity(id, 'waiting_input')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  expect(titles()).toEqual(['web/fix-login waits for an answer'])
})

it('what is answered at once never rings, and neither does what is stopped', async () => {
  const [answered, stopped] = [await test.run('web'), await test.run('api')]
  await test.activity(answered, 'waiting_input')
  await test.activity(stopped, 'waiting_input')
  await test.settle()
  test.advance(4_000)
  await test.activity(answered, 'working')
  await stopRunner(test.ctx, { id: stopped, force: false, graceMs: 1 })
  await test.settle()
  test.advance(MINUTE)
  await test.settle()
  expect(test.ntfy.requests()).toBe(0)
  const rows = await test.ctx.db.prisma.notification.findMany()
  expect(rows.map((row) => row.state)).toEqual(['withdrawn', 'withdrawn'])
})

it('questions that were answered before they rang hide no later one, and one that asks again is still one', async () => {
  const [quick, slow] = [await test.run('web'), await test.run('api')]
  for (let index = 0; index < 4; index += 1) {
    await test.activity(quick, 'waiting_input')
    await test.pump()
    test.advance(1_000)
    await test.activity(quick, 'working')
    await test.pump()
  }
  for (let index = 0; index < 4; index += 1) {
    await test.activity(slow, 'waiting_permission')
    await test.pump()
    test.advance(5_000)
    await test.deliver()
    expect(titles()).toEqual(['api waits for permission'])
    await test.activity(slow, 'working')
    await test.settle()
  }
  await test.activity(quick, 'waiting_input')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  expect(titles()).toEqual(['web waits for an answer'])
})

it('a failure tells why and the last line; the same event delivered again tells nothing', async () => {
  const id = await test.run('web')
  test.advance(12 * MINUTE)
  await test.exit(id, 3, 'building\n\u001b[31mError: no such file\u001b[0m\n')
  const events = await test.pump()
  await test.deliver()
  expect(shown()).toMatchObject([
    {
      title: 'web: shell failed',
      message: 'Exited with code 3 after 12 min.\nLast line: Error: no such file',
      tags: ['x'],
    },
  ])
  await test.redeliver([...events, ...events])
  test.advance(2 * MINUTE)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(1)
  expect(await test.ctx.db.prisma.notification.findMany()).toMatchObject([{ occurrences: 1, version: 1 }])
})

it('a flapping runner is one notification with a count, and a restart by hand takes it back', async () => {
  const id = await test.run('web', { restartPolicy: 'on-failure' })
  for (let round = 0; round < 5; round += 1) {
    await test.exit(id, 1, 'boom')
    await test.settle()
    test.advance(10_000)
    await test.started(id)
    await test.settle()
  }
  test.advance(2 * MINUTE)
  await test.settle()
  expect(titles()).toEqual(['web: shell failed (5 times)'])
  // The first rang; what came later corrected it without a sound.
  const priorities = test.ntfy.events.map((event) => (event.event === 'message' ? event.priority : 0))
  expect(priorities[0]).toBe(3)
  expect(new Set(priorities.slice(1))).toEqual(new Set([2]))
  expect(test.ntfy.requests()).toBeLessThanOrEqual(3)
  await restartRunner(test.ctx, { id })
  await test.settle()
  expect(titles()).toEqual([])
})

it('forty failures of one cause are three notifications and one that counts the rest', async () => {
  const ids = []
  for (let index = 0; index < 40; index += 1) ids.push(await test.run(index % 4 === 0 ? 'api' : 'web'))
  await test.settle()
  for (const id of ids) await test.exit(id, 137)
  await test.settle()
  expect(shown()).toHaveLength(4)
  expect(shown().at(-1)).toMatchObject({ title: '37 more runners failed', message: 'web (28), api (9)' })
  expect(test.ntfy.requests()).toBe(4)
  await restartRunner(test.ctx, { id: ids.at(-1) ?? '' })
  await test.pump()
  test.advance(2 * MINUTE)
  await test.deliver()
  expect(shown().at(-1)).toMatchObject({ title: '36 more runners failed', priority: 2 })
})

it('a lost node is said to be back in place of what was read; a resolved alert is taken back', async () => {
  const nodeId = '00000000-0000-4000-8000-0000000000aa'
  const node = { type: 'node', id: nodeId }
  await test.emit({
    type: 'node.lost',
    subject: node,
    project: null,
    data: { node: 'gpu', silentSeconds: 45, runners: 2 },
  })
  const alert = { severity: 'warning', code: 'outbox.dead', message: 'Events are parked', hint: null } as const
  const about = { type: 'alert', id: 'outbox.dead' }
  for (let index = 0; index < 3; index += 1)
    await test.emit({ type: 'system.alert', subject: about, project: null, data: { ...alert, resolved: false } })
  await test.settle()
  expect(titles()).toEqual(['gpu is lost', 'Stratavore: Events are parked (3 times)'])
  const joined = { node: 'gpu', agentId: nodeId, pid: 1, runners: 0 }
  await test.emit({ type: 'node.joined', subject: node, project: null, data: joined })
  await test.emit({ type: 'system.alert', subject: about, project: null, data: { ...alert, resolved: true } })
  await test.settle()
  expect(shown()).toMatchObject([{ title: 'gpu is back', priority: 2 }])
})

it('a budget is told at each step, the higher in place of the lower', async () => {
  const subject = { type: 'project', id: 'p1' }
  const data = {
    budgetId: '00000000-0000-4000-8000-0000000000b1',
    limit: 100,
    unit: 'usd',
    period: 'daily',
    scope: 'project',
    policy: 'pause',
  } as const
  const period = () => {
    const day = test.ctx.clock.now().toISOString().slice(0, 10)
    return { periodStart: `${day}T00:00:00.000Z`, periodEnd: `${day}T23:59:59.999Z` }
  }
  const step = (percent: number) =>
    test.emit({
      type: 'budget.warning',
      subject,
      project: 'web',
      data: { ...data, ...period(), percent, used: percent },
    })
  for (const percent of [75, 90, 100]) {
    await step(percent)
    await test.settle()
  }
  expect(shown()).toMatchObject([
    {
      title: 'web: 100 % of the daily budget is used',
      message: '$100.00 of $100.00.\nRunners are paused now.',
      priority: 5,
    },
  ])
  const rung = () => test.ntfy.events.flatMap((event) => (event.event === 'message' ? [event.priority] : []))
  expect(rung()).toEqual([3, 4, 5])
  // The next day says the same, sooner than a day later, and rings.
  test.advance(23 * 60 * MINUTE)
  await step(100)
  await test.settle()
  expect(rung()).toEqual([3, 4, 5, 5])
})

it('a daemon that ended without a word is told by its successor each time, one that stopped in order is not', async () => {
  await test.settings({ enabled: { daemon_started: true } })
  const next = async (pid: number) => {
    test.advance(2 * 60 * MINUTE)
    await recordDaemonStarted(test.ctx, pid)
    await test.settle()
  }
  await next(1)
  expect(titles()).toEqual(['Stratavore started'])
  const rung = (title: string) =>
    test.ntfy.events.filter((event) => event.event === 'message' && event.title === title).length
  // In a container it has the same pid every time.
  await next(1)
  await next(1)
  expect([rung('Stratavore started'), rung('Stratavore restarted')]).toEqual([3, 2])
  test.advance(MINUTE)
  await recordDaemonStopped(test.ctx, 1)
  await test.settle()
  expect(titles()).toContain('Stratavore stopped')
  await next(2)
  expect([rung('Stratavore started'), rung('Stratavore restarted')]).toEqual([4, 2])
  expect(titles()).not.toContain('Stratavore stopped')
  // One that dies at once, again and again, is a count.
  for (let index = 0; index < 4; index += 1) {
    test.advance(MINUTE)
    await recordDaemonStarted(test.ctx, 2)
    await test.settle()
  }
  test.advance(2 * MINUTE)
  await test.settle()
  expect(titles()).toContain('Stratavore restarted (4 times)')
  expect(rung('Stratavore restarted')).toBe(3)
})

it('a launch refused by the quota is told and audited, a loop of them once a minute', async () => {
  await test.services.project('full', 0)
  const refused = () =>
    expect(launchRunner(test.ctx, launchOf('full'))).rejects.toMatchObject({ code: 'quota_exceeded' })
  await Promise.all(Array.from({ length: 20 }, refused))
  await test.settle()
  expect(titles()).toEqual(['full is at its quota'])
  const count = () => test.ctx.db.prisma.outboxEvent.count({ where: { type: 'quota.exceeded' } })
  expect(await count()).toBe(1)
  expect(await test.ctx.db.prisma.auditEvent.count({ where: { action: 'quota.refuse' } })).toBe(1)
  test.advance(MINUTE)
  await refused()
  expect(await count()).toBe(2)
  expect(await test.ctx.db.prisma.runner.count()).toBe(0)
})

it('writes nothing when no channel is set up, and nothing that is switched off', async () => {
  const id = await test.run('web')
  await test.exit(id, 0)
  await test.settle()
  expect(await test.ctx.db.prisma.notification.count()).toBe(0)
  await test.settings({ enabled: { runner_stopped: true, runner_started: true, runner_failed: false } })
  const [good, bad] = [await test.run('web'), await test.run('web')]
  await test.exit(good, 0)
  await test.exit(bad, 1)
  await test.settle()
  expect(shown().map(({ title, topic }) => `${topic}: ${title}`)).toEqual([
    'my-status: web: shell ended',
    'my-status: web: shell started',
    'my-status: web: shell started',
  ])
})
