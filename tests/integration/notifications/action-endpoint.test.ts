import { createServer, type Server } from 'node:http'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KeyRing, sealingKey } from '@/server/core/key-ring'
import { createLimits } from '@/server/core/limits'
import { setBudget } from '@/server/services/budget/set-budget'
import { sealAction } from '@/server/services/notification/action-token'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { createRequestHandler } from '@/server/web/request-handler'
import { rawRequest } from '../api/raw-http'
import { spendTokens } from '../services/ledger-rows'
import { type NotificationTest, startNotificationTest } from './notification-test'

function ringOf(secret: Buffer): KeyRing {
  const key = sealingKey(secret)
  return { current: () => key, all: () => [key] }
}

let test: NotificationTest
let server: Server
let port: number
let log: string

const notAsked = (): never => {
  throw new Error('nothing but the action route is asked here')
}

beforeEach(async () => {
  test = await startNotificationTest()
  log = ''
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  const services = { ...test.ctx, settings: { ...test.ctx.settings, port } }
  const handler = createRequestHandler({
    services,
    identities: new WeakMap(),
    limits: createLimits(),
    identityProvider: null,
    dev: false,
    prove: () => '',
    log: pino(
      { level: 'debug' },
      {
        write: (line: string) => {
          log += line
        },
      },
    ),
    api: notAsked,
    tunnel: { http: notAsked, upgrade: notAsked },
    live: { watch: notAsked, stop: notAsked },
    pages: notAsked,
    pageUpgrade: null,
  })
  server.on('request', (request, response) => void handler.request(request, response))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await test.stop()
})

const HOST = 'phone.example'
const post = (token: string, over: { method?: string; headers?: Record<string, string> } = {}) =>
  rawRequest(`http://127.0.0.1:${port}`, {
    method: over.method ?? 'POST',
    path: `/api/actions/${token}`,
    headers: { host: HOST, ...over.headers },
  })
const statusOf = async (id: string) => (await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })).status

/** The address that a phone got with a button of the last notification. */
function button(label: string): string {
  const url =
    test.ntfy
      .shown()
      .at(-1)
      ?.actions?.find((action) => action.label === label)?.url ?? ''
  expect(url).toMatch(/^https:\/\/phone\.example\/api\/actions\/[\w-]+$/)
  return url.slice(url.lastIndexOf('/') + 1)
}

async function waitingRunner(): Promise<string> {
  const id = await test.run('web')
  await test.activity(id, 'waiting_permission')
  await test.pump()
  test.advance(5_000)
  await test.deliver()
  return id
}

describe('the Stop button of a notification', () => {
  it('stops the runner without a login, says so, is audited, and does no harm when pressed twice', async () => {
    const id = await waitingRunner()
    const token = button('Stop')
    expect(await post(token)).toMatchObject({ status: 200, text: 'Stopping the runner.' })
    expect(await statusOf(id)).toBe('stopping')
    const audit = await test.ctx.db.prisma.auditEvent.findFirst({ where: { action: 'runner.stop' } })
    expect(audit).toMatchObject({ actorKind: 'token', actorName: 'notification button', targetId: id })
    expect(audit?.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(await post(token)).toMatchObject({ status: 200 })
    expect(log).not.toContain(token)
    // It is kept nowhere either.
    const rows = await test.services.query<{ row: string }>('SELECT n::text AS row FROM notifications n')
    expect(rows[0]?.row).not.toContain(token)
  })

  it('is gone when the runner has ended or was started again', async () => {
    const id = await waitingRunner()
    const token = button('Stop')
    await restartRunner(test.ctx, { id })
    expect(await post(token)).toMatchObject({ status: 410, text: 'This runner was started again since.' })
    expect(await statusOf(id)).toBe('starting')
    const other = await waitingRunner()
    const second = button('Stop')
    await test.exit(other, 0)
    expect(await post(second)).toMatchObject({ status: 410 })
  })

  it('is gone after a day', async () => {
    const id = await waitingRunner()
    const token = button('Stop')
    test.advance(24 * 3_600_000 - 1)
    expect((await post(token, { method: 'GET' })).status).toBe(405)
    test.advance(1)
    expect(await post(token)).toMatchObject({ status: 410, text: 'This button has expired.' })
    expect(await statusOf(id)).toBe('running')
  })

  it('is not there when it is forged, and never by another method, host or origin', async () => {
    const id = await waitingRunner()
    const grant = { action: 'stop', runnerId: id, epoch: 1, expires: Number.MAX_SAFE_INTEGER } as const
    for (const forged of ['', 'x', sealAction(ringOf(Buffer.alloc(32)), grant), '..%2f..%2fetc', 'a'.repeat(5_000)])
      expect((await post(forged)).status).toBe(404)
    const token = button('Stop')
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await post(token, { method })).status).toBe(405)
    expect((await post(token, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await post(token, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await post(token, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect(await statusOf(id)).toBe('running')
    expect((await post(token, { headers: { origin: 'https://phone.example' } })).status).toBe(200)
  })
})

describe('the Raise button of a notification', () => {
  const limits = async () =>
    (await test.ctx.db.prisma.budgetSpend.findMany()).map(({ raisedBy }) => raisedBy.toNumber())

  it('raises the period of its alert once, is audited, and takes the alert back', async () => {
    const values = { unit: 'tokens', period: 'daily', limit: 100, policy: 'pause', timeZoneIfNew: 'UTC' } as const
    await setBudget(test.ctx, { ...values, enabled: true })
    await spendTokens(test.services, { tokens: 100 })
    await test.settle()
    const token = button('Raise +20 %')
    expect(await post(token)).toMatchObject({ status: 200, text: 'Raised by 20 %.' })
    expect(await post(token)).toMatchObject({ status: 410 })
    expect(await limits()).toEqual([20])
    const audit = await test.ctx.db.prisma.auditEvent.findFirst({ where: { action: 'budget.raise' } })
    expect(audit).toMatchObject({ actorName: 'notification button' })
    await test.settle()
    expect(test.ntfy.shown()).toEqual([])
    // What was raised may be reached as well: that is another alert, with a button of its own.
    await spendTokens(test.services, { tokens: 20 })
    await test.settle()
    const again = button('Raise +20 %')
    expect((await post(again)).status).toBe(200)
    expect(await limits()).toEqual([40])
    await test.settle()
    await spendTokens(test.services, { tokens: 20 })
    await test.settle()
    const late = button('Raise +20 %')
    test.advance(23 * 3_600_000)
    expect(await post(late)).toMatchObject({ status: 410, text: 'The period of this alert is over.' })
  })
})
