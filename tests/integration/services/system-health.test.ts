import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Settings } from '@/config/settings'
import { configuredNotifiers } from '@/server/adapters/notify/configured-notifiers'
import { StratavoreError } from '@/server/core/errors'
import type { DaemonLink, DaemonStatus } from '@/server/core/ports/daemon-link'
import { openDatabase } from '@/server/db/database'
import { createChannelDelivery, DELIVERY_RATE } from '@/server/services/notification/deliver-notifications'
import { testChannels } from '@/server/services/notification/test-channels'
import { type HealthContext, readSystemHealth } from '@/server/services/system/read-system-health'
import { handleReady } from '@/server/web/ready-route'
import { type ServiceTest, startServiceTest } from './service-test'

/** A database that is away must be noticed well before whoever asks gives up. */
const QUICKLY_MS = 8_000

let test: ServiceTest
beforeEach(async () => {
  test = await startServiceTest()
  // Neither of the installation's making nor of an agent's joining is anything to deliver here.
  await test.query('UPDATE outbox_events SET published_at = now()')
})
afterEach(() => test.stop())

const WELL: DaemonStatus = {
  pid: 4711,
  startedAt: '2026-01-01T00:00:00.000Z',
  memoryBytes: 1,
  uptimeSeconds: 1,
  role: 'leading',
  agentsConnected: 1,
  heartbeatLatencyP50Ms: null,
  heartbeatLatencyP99Ms: null,
  broker: { kind: 'local', state: 'ready', since: '2026-01-01T00:00:00.000Z', error: null },
}

/** Health with a daemon that says `status`; null for none. */
async function health(status: DaemonStatus | null = WELL, settings: Partial<Settings> = {}) {
  const daemon = {
    ...test.ctx.daemon,
    status: () =>
      status
        ? Promise.resolve(status)
        : Promise.reject(new StratavoreError('unavailable', 'The daemon is not running.')),
  } satisfies DaemonLink
  const { db, clock } = test.ctx
  const read = await readSystemHealth({ db, clock, daemon, settings: { ...test.ctx.settings, ...settings } })
  return { ...read, of: (name: string) => read.checks.find((check) => check.name === name) }
}

/** What `GET /readyz` answers with these. */
async function askReady(ctx: HealthContext) {
  const server = createHttpServer((_request, response) => void handleReady(ctx, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const answer = await fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/readyz`)
  const read = { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() }
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return read
}

const connectAgent = () =>
  test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, connected, started_at, last_seen_at)
     SELECT gen_random_uuid(), id, 1, 1, 'b', '1', 1, true, now(), now() FROM nodes`,
  )

it('is well with nothing set up: what is off says how to turn it on', async () => {
  await connectAgent()
  const { status, checks, of } = await health()
  expect(status).toBe('ok')
  expect(checks.filter((check) => check.off).map((check) => check.name)).toEqual([
    'broker',
    'ntfy',
    'webhook',
    'audit log',
    'public address',
  ])
  expect(of('broker')?.hint).toContain('AMQP_URL=amqp://')
  expect(of('ntfy')?.hint).toContain('NTFY_URL')
  expect(of('metrics')?.detail).toContain('http://127.0.0.1:9091/metrics, for this machine only')
})

it('shows where notifications go without what would let others send there, also when sending failed', async () => {
  await connectAgent()
  // As no setting can be any more: a program that checks less must not tell a secret either. Nobody listens there.
  const secrets = {
    ntfyUrl: 'http://user:hunter2@127.0.0.1:1',
    ntfyToken: 'tk_hidden\nx',
    webhookUrl: 'http://127.0.0.1:1/secret-path?key=1',
    webhookSecret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3',
    notifyNetworks: ['127.0.0.0/8'],
  }
  const ctx = { ...test.ctx, settings: { ...test.ctx.settings, ...secrets } }
  await test.query(
    `INSERT INTO notifications (id, channel, thread, kind, topic, priority, title, message, click, state, due_at, next_attempt_at, created_at, updated_at)
     SELECT gen_random_uuid(), channel, 't', 'runner_failed', 'alerts', 'high', 't', 'm', '/', 'pending', $1, $1, $1, $1
     FROM unnest(ARRAY['ntfy', 'webhook']::notification_channel[]) AS channel`,
    [test.clock.now],
  )
  const notifiers = [
    ...configuredNotifiers(ctx.settings, ctx.clock),
    ...configuredNotifiers({ ...ctx.settings, ntfyUrl: 'http://127.0.0.1:1' }, ctx.clock),
  ]
  const outcomes: string[] = []
  const observer = { outcome: (_channel: string, outcome: string) => void outcomes.push(outcome) }
  for (const notifier of notifiers.slice(0, 2))
    await createChannelDelivery(ctx, notifier, {
      rate: DELIVERY_RATE,
      random: () => 0,
      observer,
      stopped: () => false,
    }).deliver()
  expect(outcomes).toEqual(['refused', 'retried'])
  const { checks, of } = await health(WELL, secrets)
  expect(of('ntfy')?.detail).toContain('the call cannot be made')
  expect(of('webhook')?.detail).toContain('cannot be reached')
  const told = await testChannels({ ...ctx, notifiers }, randomUUID)
  expect(told.results.map((result) => result.ok)).toEqual([false, false, false, false])
  const rows = await test.query('SELECT * FROM notifications')
  const text = JSON.stringify([checks, told, rows])
  for (const secret of ['hunter2', 'secret-path', 'key=1', 'whsec', 'tk_hidden']) expect(text).not.toContain(secret)
})

it('is degraded, not down, without daemon, broker or agents', async () => {
  const { status, of } = await health(null)
  expect(status).toBe('degraded')
  expect(of('daemon')).toMatchObject({ ok: false, detail: expect.stringContaining('does not answer') })
  expect(of('broker')).toMatchObject({ ok: false, off: false })
  expect(of('agents')).toMatchObject({ ok: false, detail: 'offline: local' })
  await connectAgent()
  const broker = { kind: 'amqp', state: 'blocked', since: WELL.startedAt, error: 'low on memory' } as const
  const blocked = await health({ ...WELL, broker })
  expect(blocked.status).toBe('degraded')
  expect(blocked.of('broker')?.detail).toBe(`RabbitMQ, blocked since ${WELL.startedAt}: low on memory`)
  expect((await health({ ...WELL, role: 'suspended' })).status).toBe('degraded')
  // As a standby tells it: it has no connection to any broker.
  const apart = { ...WELL.broker, state: 'closed' as const }
  expect((await health({ ...WELL, role: 'standby', broker: apart })).status).toBe('ok')
})

it('is degraded while a channel of notifications does not take them', async () => {
  await connectAgent()
  await test.query(
    `INSERT INTO notifications (id, channel, thread, kind, topic, priority, title, message, click, state, due_at, next_attempt_at, last_attempt_at, last_error, created_at, updated_at)
     VALUES (gen_random_uuid(), 'ntfy', 't', 'runner_failed', 'alerts', 'high', 't', 'm', '/', 'pending', now(), now(), now(), 'HTTP 503', now(), now())`,
  )
  const { status, of } = await health(WELL, { ntfyUrl: 'https://ntfy.example' })
  expect(status).toBe('degraded')
  expect(of('ntfy')?.detail).toBe('notifications go to ntfy.example; 1 wait; the last one failed: HTTP 503')
  expect((await health()).of('ntfy')).toMatchObject({ ok: true, off: true })
})

it('tells events that wait too long, and events that are parked', async () => {
  await connectAgent()
  await test.project('late')
  expect((await health()).of('outbox')).toMatchObject({ ok: true, detail: '1 event(s) wait, the oldest for 0 s' })
  test.clock.now = new Date(test.clock.now.getTime() + 61_000)
  expect((await health()).of('outbox')).toMatchObject({ ok: false, detail: '1 event(s) wait, the oldest for 61 s' })
  await test.query('UPDATE outbox_events SET dead_at = now() WHERE published_at IS NULL')
  const parked = await health()
  expect(parked.status).toBe('degraded')
  expect(parked.of('outbox')).toMatchObject({ ok: false, hint: expect.stringContaining('stratavore events dead') })
})

it('is down, soon, when the database is away or takes the call and says nothing', async () => {
  const sockets = new Set<Socket>()
  const silent: Server = createServer((socket) => sockets.add(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address ? address.port : 0
  for (const url of [`postgresql://nobody@127.0.0.1:${port}/none`, 'postgresql://nobody@127.0.0.1:1/none']) {
    const db = openDatabase(url, () => undefined)
    const asked = performance.now()
    const { daemon, clock, settings } = test.ctx
    const read = await readSystemHealth({ db, clock, settings, daemon: { ...daemon, status: async () => WELL } })
    expect(performance.now() - asked).toBeLessThan(QUICKLY_MS)
    expect(read.status).toBe('down')
    expect(read.checks.find(({ name }) => name === 'database')?.ok).toBe(false)
    expect(await askReady({ db, clock, settings, daemon: { ...daemon, status: async () => WELL } })).toEqual({
      status: 503,
      retryAfter: '1',
      body: { status: 'down', checks: expect.objectContaining({ database: 'down', daemon: 'ok', agents: 'degraded' }) },
    })
    for (const socket of sockets) socket.destroy()
    await db.close()
  }
  await new Promise((resolve) => silent.close(resolve))
})
