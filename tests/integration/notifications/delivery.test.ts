import { createServer } from 'node:http'
import pino from 'pino'
import { Webhook } from 'standardwebhooks'
import { afterEach, expect, it } from 'vitest'
import { createNtfyNotifier } from '@/server/adapters/notify/ntfy'
import { createWebhookNotifier } from '@/server/adapters/notify/webhook'
import type { NotifyResult } from '@/server/core/ports/notifier'
import { startNotifications } from '@/server/daemon/notifications'
import { channelStatuses } from '@/server/services/notification/list-notifications'
import { pruneNotifications } from '@/server/services/notification/prune-notifications'
import {
  internalError,
  LOOPBACK,
  startFakeNtfy,
  type Trouble,
  tooManyRequests,
  unavailable,
} from '../../support/fake-ntfy'
import { waitUntil } from '../../support/wait-until'
import { type NotificationTest, SILENCE_MS, startNotificationTest } from './notification-test'

let test: NotificationTest
afterEach(() => test.stop())

const rows = () => test.ctx.db.prisma.notification.findMany({ orderBy: { createdAt: 'asc' } })
const failure = async (project = 'web') => {
  const id = await test.run(project)
  await test.exit(id, 1)
  await test.pump()
  return id
}
const warn = (code: string, severity: 'warning' | 'critical') =>
  test.emit({
    type: 'system.alert',
    subject: { type: 'alert', id: code },
    project: null,
    data: { severity, code, message: code, hint: null, resolved: false },
  })
const HOUR = 3_600_000

it.each<[string, Trouble, string]>([
  ['429', tooManyRequests(), 'HTTP 429: limit reached: too many requests'],
  ['503', unavailable, 'HTTP 503: unavailable'],
  ['no answer', { kind: 'silence' }, 'no answer within 0.5 s'],
  ['a cut connection', { kind: 'drop' }, 'cannot be reached'],
])('%s: waits, tries again later, and tells it in the end exactly once', async (_what, trouble, error) => {
  test = await startNotificationTest(trouble.kind === 'silence' ? { timeoutMs: SILENCE_MS } : {})
  test.ntfy.always(trouble)
  await failure()
  await failure('api')
  await test.deliver()
  // One try is enough to learn that it is no use now: the other row waits without asking.
  expect(test.ntfy.requests()).toBe(1)
  const waiting = await rows()
  expect(waiting).toMatchObject(Array(2).fill({ state: 'pending', leasedUntil: null }))
  expect(waiting.map((row) => row.attempts).sort()).toEqual([0, 1])
  expect(waiting.map((row) => row.lastError).join()).toContain(error)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(1)
  test.advance(2_500)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(2)
  test.ntfy.always(null)
  test.advance(HOUR)
  await test.deliver()
  expect(
    test.ntfy
      .shown()
      .map(({ title }) => title)
      .sort(),
  ).toEqual(['api: shell failed', 'web: shell failed'])
  expect(test.ntfy.events).toHaveLength(2)
  expect(await rows()).toMatchObject([
    { state: 'sent', lastError: null, attempts: 0 },
    { state: 'sent', lastError: null },
  ])
})

it('one that the server chokes on holds up nobody, and waits longer each time', async () => {
  test = await startNotificationTest()
  // The most urgent of all, so that it would be first whenever it is due.
  await warn('poison', 'critical')
  await test.pump()
  test.ntfy.script(internalError)
  await test.deliver()
  await failure()
  await test.deliver()
  expect(test.ntfy.shown().map(({ title }) => title)).toEqual(['web: shell failed'])
  const poison = async () => (await rows()).find((row) => row.priority === 'urgent')
  expect(await poison()).toMatchObject({ attempts: 1, lastError: 'HTTP 500: internal server error (ntfy 50001)' })
  // Due again at the same time as a new one: the new one is first.
  test.advance(2_500)
  await failure('api')
  test.ntfy.script({ kind: 'pass' }, internalError)
  await test.deliver()
  expect(test.ntfy.shown().map(({ title }) => title)).toEqual(['web: shell failed', 'api: shell failed'])
  const nextAttemptAt = new Date(test.ctx.clock.now().getTime() + 5_000)
  expect(await poison()).toMatchObject({ attempts: 2, nextAttemptAt })
})

it('comes back no sooner than Retry-After says', async () => {
  test = await startNotificationTest()
  test.ntfy.script(tooManyRequests(120))
  await failure()
  await test.deliver()
  test.advance(119_000)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(1)
  test.advance(1_000)
  await test.deliver()
  expect(test.ntfy.shown()).toHaveLength(1)
})

it('gives up what is no news any more', async () => {
  test = await startNotificationTest()
  test.ntfy.always(internalError)
  await failure()
  for (let hour = 0; hour < 25; hour += 1) {
    await test.deliver()
    test.advance(HOUR)
  }
  expect(await rows()).toMatchObject([{ state: 'failed', nextAttemptAt: null }])
  expect(test.outcomes.at(-1)).toBe('given_up')
  const asked = test.ntfy.requests()
  test.advance(HOUR)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(asked)
})

it('tells no old news when it was away itself, held or not, tried or not', async () => {
  test = await startNotificationTest()
  await test.settings({ quietHours: { from: '04:00', to: '05:00' } })
  await failure()
  test.services.clock.now = new Date('2026-01-02T04:00:00Z')
  for (const project of ['a', 'b', 'c', 'd']) {
    await failure(project)
    test.advance(120_000)
  }
  test.advance(72 * HOUR)
  await failure('today')
  // 04:08 lies in the quiet hours of that day.
  test.advance(HOUR)
  await test.deliver()
  expect(test.ntfy.events).toMatchObject([{ title: 'today: shell failed' }])
  expect((await rows()).slice(0, 5)).toMatchObject(
    Array(5).fill({ state: 'failed', attempts: 0, nextAttemptAt: null, lastError: 'given up after 24 h' }),
  )
  expect(test.outcomes).toEqual([...Array(5).fill('given_up'), 'sent'])
})

it.each([404, 405])('ntfy that is too old to take anything back (%i) is no trouble', async (status) => {
  test = await startNotificationTest()
  const id = await test.run('web')
  await test.activity(id, 'waiting_input')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  await test.activity(id, 'working')
  await test.pump()
  test.ntfy.script({ kind: 'status', status, code: 40401, error: 'page not found' })
  await test.deliver()
  expect(test.outcomes).toEqual(['sent', 'unsupported'])
  expect(await rows()).toMatchObject([{ state: 'withdrawn', nextAttemptAt: null, lastError: null }])
})

it('takes back and gives up also in a channel that is off now', async () => {
  test = await startNotificationTest()
  const told = await test.run('web')
  await test.activity(told, 'waiting_input')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  const untold = await test.run('api')
  await test.activity(untold, 'waiting_input')
  const old = await test.run('old')
  await test.activity(old, 'waiting_input')
  await test.pump()
  const { ntfyUrl, ...off } = test.ctx.settings
  test.ctx.settings = off
  for (const id of [told, untold]) await test.activity(id, 'working')
  // Nothing new is written for it.
  await failure('new')
  test.ctx.settings = { ...off, ntfyUrl }
  await test.deliver()
  expect(test.ntfy.shown()).toEqual([])
  expect((await rows()).map((row) => row.state).sort()).toEqual(['pending', 'withdrawn', 'withdrawn'])
  test.advance(25 * HOUR)
  const tidying = startNotifications({ ...test.ctx, settings: off }, [], {
    log: pino({ level: 'silent' }),
    observer: { outcome: () => undefined },
  })
  await waitUntil('it is given up', async () => (await rows()).some((row) => row.state === 'failed'))
  await tidying.stop()
})

it('a refused token is not tried again, and the channel says so', async () => {
  test = await startNotificationTest({ token: 'tk_right', sentToken: 'tk_wrong' })
  await failure()
  await test.deliver()
  test.advance(HOUR)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(1)
  expect(await rows()).toMatchObject([{ state: 'failed', lastError: 'HTTP 401: unauthorized (ntfy 40101)' }])
  const statuses = await channelStatuses(test.ctx)
  expect(statuses).toMatchObject([
    { channel: 'ntfy', configured: true, hint: null, pending: 0, lastError: 'HTTP 401: unauthorized (ntfy 40101)' },
    { channel: 'webhook', configured: false },
  ])
  expect(statuses[1]?.hint).toContain('STRATAVORE_WEBHOOK_URL')
})

it('shows its token to nobody that it is redirected to', async () => {
  test = await startNotificationTest({ token: 'tk_right' })
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url ?? '')
    response.writeHead(307, { location: test.ntfy.url }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const notifier = createNtfyNotifier({
    url: `http://127.0.0.1:${port}`,
    token: 'tk_right',
    networks: LOOPBACK,
    topics: { status: 's', alerts: 'a' },
  })
  const result = await notifier.withdraw({ id: '1', thread: 't', topic: 'alerts', time: new Date() })
  server.close()
  expect(result).toMatchObject({ kind: 'refused' })
  expect(seen).toHaveLength(1)
  expect(test.ntfy.requests()).toBe(0)
})

it('is kind: a burst, then one every five seconds', async () => {
  test = await startNotificationTest()
  for (let index = 0; index < 70; index += 1) {
    await warn(`code-${index}`, 'warning')
  }
  await test.settle()
  expect(test.ntfy.requests()).toBe(60)
  test.advance(5_000)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(61)
  test.advance(60_000)
  await test.deliver()
  expect(test.ntfy.requests()).toBe(70)
})

it('two senders send each once; one that died is taken over when its lease is over', async () => {
  test = await startNotificationTest()
  for (let index = 0; index < 3; index += 1) await failure(`p${index}`)
  const other = test.anotherSender()
  await Promise.all([test.deliver(), other.deliver()])
  expect(test.ntfy.events).toHaveLength(3)
  await failure('late')
  // As a sender leaves it that was killed while it sent.
  await test.services.query(`UPDATE notifications SET leased_until = $1, attempts = 1 WHERE state = 'pending'`, [
    new Date(test.ctx.clock.now().getTime() + 60_000),
  ])
  await test.deliver()
  expect(test.ntfy.shown()).toHaveLength(3)
  test.advance(60_000)
  await test.deliver()
  expect(test.ntfy.shown()).toHaveLength(4)
})

it('what changes while it is under way is sent again, and taken back when it is settled', async () => {
  test = await startNotificationTest({ timeoutMs: SILENCE_MS })
  const id = await test.run('web')
  await test.activity(id, 'waiting_input')
  await test.pump()
  test.advance(5_000)
  test.ntfy.script({ kind: 'silence' })
  const sending = test.deliver()
  await waitUntil('it is being sent', () => test.ntfy.requests() === 1)
  await test.activity(id, 'working')
  await test.pump()
  await sending
  // It may have arrived although nobody said so.
  test.advance(60_000)
  await test.deliver()
  expect(test.ntfy.events.map((event) => event.event)).toEqual(['message_delete'])
  expect(await rows()).toMatchObject([{ state: 'withdrawn', nextAttemptAt: null }])
})

it('a correction that comes while the first version is under way makes no sound, and rings when that did not arrive', async () => {
  const rung: string[] = []
  const answers: NotifyResult[] = [
    { kind: 'sent' },
    { kind: 'sent' },
    { kind: 'retry', error: 'away', afterMs: null, forAll: true },
  ]
  let meanwhile = async (): Promise<void> => undefined
  const send = async ({ title, priority }: { title: string; priority: string }): Promise<NotifyResult> => {
    rung.push(`${priority}: ${title}`)
    await meanwhile()
    return answers.shift() ?? { kind: 'sent' }
  }
  test = await startNotificationTest({
    notifier: () => ({ channel: 'webhook', send, withdraw: async () => ({ kind: 'sent' }) }),
  })
  const alert = async (code: string) => {
    const data = { severity: 'warning', code, message: code, hint: null, resolved: false } as const
    await test.emit({ type: 'system.alert', subject: { type: 'alert', id: code }, project: null, data })
    await test.pump()
  }
  for (const code of ['arrives', 'fails']) {
    meanwhile = async () => {
      meanwhile = async () => undefined
      await alert(code)
    }
    await alert(code)
    await test.deliver()
    test.advance(HOUR)
    await test.deliver()
  }
  expect(rung).toEqual([
    'high: Stratavore: arrives',
    'low: Stratavore: arrives (2 times)',
    'high: Stratavore: fails',
    'high: Stratavore: fails (2 times)',
  ])
})

it('signs webhooks so that the library of the standard verifies them, and tells what is taken back', async () => {
  const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`
  const received: { id: string; body: unknown }[] = []
  const answers = [503, 200, 200]
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const text = Buffer.concat(chunks).toString('utf8')
      received.push({ id: headers['webhook-id'] ?? '', body: new Webhook(secret).verify(text, headers) })
      expect(() => new Webhook(secret).verify(`${text} `, headers)).toThrow()
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const address = hook.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`
  // The verifier compares with the real time.
  const now = () => new Date()
  test = await startNotificationTest({
    notifier: () => createWebhookNotifier({ url, secret, now, networks: LOOPBACK }),
  })
  // Machines do not sleep.
  await test.settings({ quietHours: { from: '00:00', to: '23:59' } })
  const id = await test.run('web')
  await test.activity(id, 'waiting_permission')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  test.advance(60_000)
  await test.deliver()
  await test.activity(id, 'working')
  await test.settle()
  hook.close()
  expect(received).toMatchObject([
    { body: { type: 'notification.sent', data: { title: 'web waits for permission', priority: 'high' } } },
    { body: { type: 'notification.sent' } },
    { body: { type: 'notification.withdrawn', data: { thread: `runner:${id}:waiting` } } },
  ])
  // The same sending has the same id, the taking back another.
  expect(received[0]?.id).toBe(received[1]?.id)
  expect(received[2]?.id).not.toBe(received[0]?.id)
})

it('fault 26: ntfy that is down, slow or full holds up neither changes nor events, and catches up', async () => {
  test = await startNotificationTest()
  test.ntfy.always({ kind: 'silence' })
  const real = { ...test.ctx, clock: { now: () => new Date(), monotonicMs: () => performance.now() } }
  const topics = { status: 's', alerts: 'a' }
  const notifier = createNtfyNotifier({
    url: test.ntfy.url,
    token: undefined,
    topics,
    networks: LOOPBACK,
    timeoutMs: 300,
  })
  const seen: string[] = []
  const running = startNotifications(real, [notifier], {
    log: pino({ level: 'silent' }),
    observer: { outcome: (_channel, outcome) => void seen.push(outcome) },
    // Jitter of nothing, and no waiting for a test.
    random: () => 0,
  })
  test.services.clock.now = new Date()
  const started = performance.now()
  const events = 20
  for (let index = 0; index < events; index += 1) {
    await failure(`p${index}`)
    running.wake()
  }
  // None of it waited for a call: each takes 300 ms, and there were as many as were told of.
  const spentMs = performance.now() - started
  await waitUntil('a sending has failed', () => seen.includes('retried'))
  expect((await rows()).length).toBe(4)
  expect(await test.ctx.db.prisma.runner.count({ where: { status: 'failed' } })).toBe(events)
  expect(spentMs).toBeLessThan(30_000)
  test.ntfy.always(null)
  await waitUntil('all of it is told', () => test.ntfy.shown().length === 4, 30_000)
  await running.stop()
  expect(test.ntfy.shown().map(({ title }) => title)).toContain('17 more runners failed')
})

it('a server that is not there at all is tried again, and found when it comes up', async () => {
  test = await startNotificationTest()
  await failure()
  const { port } = new URL(test.ntfy.url)
  await test.ntfy.stop()
  await test.deliver()
  expect((await rows())[0]?.lastError).toContain('ECONNREFUSED')
  const later = await startFakeNtfy({ port: Number(port) })
  test.advance(HOUR)
  await test.deliver()
  expect(later.shown()).toHaveLength(1)
  await later.stop()
})

it('keeps a month and a thousand waiting', async () => {
  test = await startNotificationTest()
  await test.services.query(
    `INSERT INTO notifications (id, channel, thread, kind, topic, priority, title, message, click, state, due_at,
       next_attempt_at, created_at, updated_at)
     SELECT gen_random_uuid(), 'ntfy', 't' || n, 'system_alert', 'alerts', 'low', 't', 'm', '/', 'pending', $1, $1, $1,
       $1::timestamptz + n * interval '1 second' FROM generate_series(1, 1010) AS n`,
    [test.ctx.clock.now()],
  )
  await pruneNotifications(test.ctx)
  const waiting = await test.services.query<{ n: number; oldest: string }>(
    `SELECT count(*)::int AS n, min(substr(thread, 2)::int) AS oldest FROM notifications WHERE next_attempt_at IS NOT NULL`,
  )
  expect(waiting).toEqual([{ n: 1000, oldest: 11 }])
  test.advance(31 * 24 * HOUR)
  // What still waits is given up by then; a thousand go at once.
  await pruneNotifications(test.ctx)
  await pruneNotifications(test.ctx)
  expect(await test.ctx.db.prisma.notification.count()).toBe(0)
})
