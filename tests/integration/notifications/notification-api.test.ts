import { afterEach, beforeEach, expect, it } from 'vitest'
import { DEFAULT_NOTIFICATION_SETTINGS } from '@/contracts/notification/notification'
import { createNtfyNotifier } from '@/server/adapters/notify/ntfy'
import { FULL_ACCESS } from '@/server/core/access/access'
import { createLimits } from '@/server/core/limits'
import { appRouter } from '@/server/trpc/app-router'
import { internalError, LOOPBACK } from '../../support/fake-ntfy'
import { type NotificationTest, startNotificationTest } from './notification-test'

let test: NotificationTest
beforeEach(async () => {
  test = await startNotificationTest({ token: 'tk_right' })
})
afterEach(() => test.stop())

const notAsked = (): never => {
  throw new Error('no event is read here')
}

function caller(tokens: readonly string[]) {
  const topics = { status: 'my-status', alerts: 'my-alerts' }
  const notifiers = tokens.map((token) => createNtfyNotifier({ url: test.ntfy.url, token, topics, networks: LOOPBACK }))
  return appRouter.createCaller({
    requestId: 'r1',
    identity: {
      actor: test.ctx.actor,
      role: 'owner',
      standing: FULL_ACCESS.standing,
      webSessionId: null,
      credentialId: 'c1',
      method: null,
    },
    client: null,
    limits: createLimits(),
    services: { ...test.ctx, notifiers },
    events: { lastSeq: notAsked, after: notAsked, changed: notAsked },
    details: { follow: notAsked },
    origin: 'http://127.0.0.1:7717',
  }).notification
}

it('settings start as the defaults, change in part, are kept, and nonsense is refused', async () => {
  const api = caller([])
  expect(await api.settings()).toEqual(DEFAULT_NOTIFICATION_SETTINGS)
  const quietHours = { from: '22:30', to: '07:00' }
  await api.updateSettings({ enabled: { runner_stopped: true }, quietHours })
  const changed = await api.updateSettings({ timeZone: 'Europe/Berlin' })
  expect(changed).toEqual({
    ...DEFAULT_NOTIFICATION_SETTINGS,
    enabled: { ...DEFAULT_NOTIFICATION_SETTINGS.enabled, runner_stopped: true },
    quietHours,
    timeZone: 'Europe/Berlin',
  })
  expect(await api.settings()).toEqual(changed)
  expect((await api.updateSettings({ quietHours: null })).quietHours).toBeNull()
  const bad = [
    { timeZone: 'Mars/Olympus' },
    { summaryAt: '25:00' },
    { quietHours: { from: '1', to: '2' } },
    { nosuch: 1 },
  ]
  // Inputs as they come over the wire, not as the compiler would let one write them.
  for (const input of bad) await expect(api.updateSettings(input as never)).rejects.toThrow()
  const audit = await test.ctx.db.prisma.auditEvent.findMany({ where: { action: 'notification.settings' } })
  expect(audit).toHaveLength(3)
})

it('a test goes out at once and tells how it went, channel by channel', async () => {
  expect(await caller([]).test()).toEqual({ results: [] })
  expect(await caller(['tk_right', 'tk_wrong']).test()).toEqual({
    results: [
      { channel: 'ntfy', ok: true, detail: 'sent' },
      { channel: 'ntfy', ok: false, detail: 'HTTP 401: unauthorized (ntfy 40101)' },
    ],
  })
  expect(test.ntfy.shown()).toMatchObject([
    { topic: 'my-alerts', title: 'Stratavore reaches you', click: 'https://phone.example/settings' },
  ])
  test.ntfy.always(internalError)
  expect(await caller(['tk_right']).test()).toMatchObject({
    results: [{ ok: false, detail: 'HTTP 500: internal server error (ntfy 50001)' }],
  })
})

it('a test that arrives clears the last error, and is none of what was told', async () => {
  const id = await test.run('web')
  await test.exit(id, 3)
  await test.pump()
  test.ntfy.script({ kind: 'status', status: 403, code: 40301, error: 'forbidden' })
  await test.deliver()
  const api = caller(['tk_right'])
  const ntfy = async () => (await api.channels()).find(({ channel }) => channel === 'ntfy')
  expect(await ntfy()).toMatchObject({ lastError: 'HTTP 403: forbidden (ntfy 40301)', lastSentAt: null })
  test.advance(1_000)
  await caller(['tk_wrong']).test()
  expect((await ntfy())?.lastError).toContain('403')
  await api.test()
  expect(await ntfy()).toMatchObject({ lastError: null, lastSentAt: test.ctx.clock.now().toISOString() })
  expect(await api.list()).toMatchObject([{ kind: 'runner_failed', state: 'failed' }])
})

it('tests come a few seconds apart', async () => {
  const api = caller(['tk_right'])
  await api.test()
  test.advance(4_000)
  await expect(api.test()).rejects.toMatchObject({
    cause: { code: 'rate_limited', hint: 'Try again in 1 s.' },
  })
  expect(test.ntfy.requests()).toBe(1)
  test.advance(1_000)
  await api.test()
  expect(test.ntfy.requests()).toBe(2)
})

it('lists what was told and what waits, and each channel', async () => {
  const api = caller([])
  const id = await test.run('web')
  await test.exit(id, 3)
  await test.settle()
  expect(await api.list()).toMatchObject([
    {
      kind: 'runner_failed',
      thread: `runner:${id}:end`,
      title: 'web: shell failed',
      state: 'sent',
      channel: 'ntfy',
      click: `/runners/${id}`,
      sentAt: test.ctx.clock.now().toISOString(),
      lastError: null,
    },
  ])
  expect(await api.channels()).toMatchObject([
    { channel: 'ntfy', configured: true, pending: 0, lastError: null, lastSentAt: test.ctx.clock.now().toISOString() },
    { channel: 'webhook', configured: false, pending: 0, lastSentAt: null },
  ])
})
