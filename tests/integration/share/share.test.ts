import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '@/cli/api-client'
import { shareProtocols } from '@/contracts/share/share'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { askAsGuest, connectGuest, tokenOfLink } from './guest'

/** A link that ends cuts what is open with it within this time. */
const CUT_WITHIN_MS = 5_000

let probed: ProbedStack
let stack: Stack
let project: { name: string }
let runnerId: string
beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  project = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell', cols: 80, rows: 24 })).id
})
afterAll(() => probed.stop())

const ask = (what: string, body: object, headers?: Record<string, string>) => askAsGuest(stack, what, body, headers)
const share = async (wanted: { kind?: 'terminal' | 'recording'; minutes?: number } = {}, api = stack.api) => {
  const { url, id } = await api.share.create.mutate({ runnerId, ...wanted })
  return { id, token: tokenOfLink(url), url }
}
const connect = (ticket: string, token: string) => connectGuest(stack, ticket, token)
const watch = async (token: string): Promise<RawTerminal> =>
  connect((await ask('ticket', { token })).body.ticket ?? '', token)
const REFUSED = { status: 401, body: { error: { code: 'unauthenticated' } } }

it('shows the live terminal to whoever holds the link, read-only, and keeps only a hash of it', async () => {
  const { token, url } = await share()
  expect(url).toBe(`${stack.url}/share#${token}`)
  expect((await fetch(`${stack.url}/share`)).headers.get('referrer-policy')).toBe('no-referrer')
  expect(await ask('view', { token })).toMatchObject({
    status: 200,
    body: { kind: 'terminal', sharedBy: 'owner', lives: [] },
  })
  const terminal = await watch(token)
  expect(terminal.attached[0]).toMatchObject({ runnerId, role: 'viewer', readOnly: true, cols: 80, rows: 24 })
  await typeLine(stack, runnerId, 'echo for""everybody')
  await untilScreen(stack, runnerId, 'foreverybody')
  await waitUntil('the output is shown', () => terminal.bytes() > 0)
  terminal.close()
  const { rows } = await probed.database.query("SELECT encode(token_hash, 'escape') AS kept FROM share_links")
  expect(JSON.stringify(rows)).not.toContain(token)
  const { rows: audited } = await probed.database.query(
    "SELECT actor_name, credential, data FROM audit_events WHERE action IN ('share.create', 'runner.attach') ORDER BY seq",
  )
  expect(JSON.stringify(audited)).not.toContain(token)
  expect(audited.at(-1)).toMatchObject({ actor_name: 'guest of owner', data: { readOnly: true } })
  expect(audited.at(-1)?.credential).toMatch(/^share:/)
})

it('takes no input, no size and no seat from a guest, tells them of nobody, and writes the attempt down', async () => {
  const { token } = await share()
  const terminal = await watch(token)
  const told: unknown[] = []
  terminal.socket.on('presence', (presence: unknown) => told.push(presence))
  const driver = await connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id: runnerId })).ticket })
  expect(driver.attached[0]).toMatchObject({ role: 'driver' })
  terminal.socket.emit('input', 1, 'echo smuggled\r')
  for (const event of ['takeSeat', 'askSeat', 'releaseSeat']) terminal.socket.emit(event)
  await waitUntil('each was refused', () => terminal.problems.length === 4)
  terminal.socket.emit('resize', { cols: 33, rows: 7 })
  driver.socket.emit('input', 1, 'stty size; echo set""tled\r')
  const screen = await untilScreen(stack, runnerId, 'settled')
  expect(screen).not.toContain('smuggled')
  expect(screen).toContain('24 80')
  expect(new Set(told.map((presence) => JSON.stringify(presence)))).toEqual(
    new Set(['{"driver":null,"clients":[],"inputRecorded":false}']),
  )
  await waitUntil('it is written down', async () => {
    const { rows } = await probed.database.query(
      "SELECT 1 FROM audit_events WHERE action = 'terminal.refused' AND actor_name = 'guest of owner'",
    )
    return rows.length === 1
  })
  for (const open of [terminal, driver]) open.close()
})

describe('a link', () => {
  it('opens no procedure, no page, no other runner and no socket but its own', async () => {
    const { token } = await share()
    const other = await launchRunning(stack, { project: project.name, provider: 'shell' })
    await expect(createApi(stack.url, token).runner.list.query({})).rejects.toMatchObject({
      data: { stratavore: { code: 'unauthenticated' } },
    })
    const page = await fetch(`${stack.url}/runners/${runnerId}`, { redirect: 'manual' })
    expect(page.status).not.toBe(200)
    // A guest cannot ask for a runner at all: only the token counts.
    const { ticket = '' } = (await ask('ticket', { token, runnerId: other.id, id: other.id })).body
    const terminal = await connect(ticket, token)
    expect(terminal.attached[0]?.runnerId).toBe(runnerId)
    terminal.close()
    expect((await connect(ticket, token)).refusal(), 'a ticket works once').toBe('unauthenticated')
    expect((await connect('svk_made-up', token)).refusal()).toBe('unauthenticated')
    expect((await ask('recording', { token, epoch: 1 })).status, 'a terminal is no recording').toBe(401)
    const { ticket: unused = '' } = (await ask('ticket', { token })).body
    expect((await connect(unused, `svs_${'A'.repeat(43)}`)).refusal(), 'no socket without a link').toMatch(/websocket/)
    const agent = await connectRaw(stack, { token }, '/agent', { origin: stack.url }, shareProtocols(token))
    expect(agent.refusal()).toBeDefined()
  })

  it('is refused without the header that no other site can send, and by GET', async () => {
    const { token } = await share()
    const plain = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) }
    expect((await fetch(`${stack.url}/api/share/view`, plain)).status).toBe(403)
    expect((await fetch(`${stack.url}/api/share/view?token=${token}`)).status).toBe(405)
    expect(
      (await ask('view', { token }, { origin: 'http://evil.example' }).catch(() => ({ status: 403 }))).status,
    ).toBe(403)
  })

  it('that is revoked, expired or unknown opens nothing, with one word for all, and what is open is cut', async () => {
    const [revoked, expired, bystander] = [await share(), await share(), await share()]
    const terminals = await Promise.all([revoked, expired, bystander].map(({ token }) => watch(token)))
    const early = (await ask('ticket', { token: revoked.token })).body.ticket ?? ''
    await stack.api.share.revoke.mutate({ id: revoked.id })
    await probed.database.query('UPDATE share_links SET expires_at = now() WHERE id = $1', [expired.id])
    for (const token of [revoked.token, expired.token, `svs_${'A'.repeat(43)}`])
      for (const what of ['view', 'ticket']) expect(await ask(what, { token })).toMatchObject(REFUSED)
    // A ticket from before counts for what its link may when it is used.
    expect((await connect(early, bystander.token)).refusal()).toBe('unauthenticated')
    await waitUntil(
      'both are cut',
      () => !terminals[0]?.socket.connected && !terminals[1]?.socket.connected,
      CUT_WITHIN_MS,
    )
    expect(terminals[2]?.socket.connected).toBe(true)
    terminals[2]?.close()
    const listed = (await stack.api.share.list.query({ runnerId })).map(({ id }) => id)
    expect(listed).toContain(bystander.id)
    expect(listed).not.toContain(revoked.id)
    expect(listed).not.toContain(expired.id)
    await expect(stack.api.share.revoke.mutate({ id: revoked.id })).rejects.toMatchObject({
      data: { stratavore: { code: 'not_found' } },
    })
  })

  it('ends with the rights of who made it, and with the token it was made with', async () => {
    await stack.api.user.create.mutate({ name: 'bot', role: 'service' })
    await stack.api.user.grant.mutate({ user: 'bot', project: project.name, role: 'operator' })
    const ofBot = async (name: string) => {
      const made = await stack.api.auth.createToken.mutate({ user: 'bot', name, scopes: ['read', 'drive'] })
      return { id: made.id, link: await share({}, createApi(stack.url, made.token)) }
    }
    const [short, long] = [await ofBot('short'), await ofBot('long')]
    const terminals = await Promise.all([short, long].map(({ link }) => watch(link.token)))
    await stack.api.auth.revokeToken.mutate({ id: short.id })
    await waitUntil('the one of that token is cut', () => !terminals[0]?.socket.connected, CUT_WITHIN_MS)
    expect(await ask('view', { token: short.link.token })).toMatchObject(REFUSED)
    expect(terminals[1]?.socket.connected).toBe(true)
    await stack.api.user.grant.mutate({ user: 'bot', project: project.name, role: 'viewer' })
    await waitUntil('the other is cut', () => !terminals[1]?.socket.connected, CUT_WITHIN_MS)
    expect(await ask('ticket', { token: long.link.token })).toMatchObject(REFUSED)
  })

  it('lasts an hour, or what is asked for up to a week', async () => {
    const minutes = async (wanted?: number) => {
      const { createdAt, expiresAt } = await stack.api.share.create.mutate({ runnerId, minutes: wanted })
      return (Date.parse(expiresAt) - Date.parse(createdAt)) / 60_000
    }
    expect(await minutes()).toBe(60)
    expect(await minutes(7 * 24 * 60)).toBe(7 * 24 * 60)
    for (const wrong of [0, -1, 7 * 24 * 60 + 1]) await expect(minutes(wrong)).rejects.toThrow()
  })
})

it('shows a recording, page by page and searched, and not the live terminal', async () => {
  const { token } = await share({ kind: 'recording' })
  const { lives } = (await ask('view', { token })).body
  expect(lives).toHaveLength(1)
  const epoch = lives?.[0]?.epoch ?? 0
  const page = (await ask('recording', { token, epoch })).body as { events?: [number, string, string][] }
  expect(page.events?.map(([, , data]) => data).join('')).toContain('foreverybody')
  const found = (await ask('search', { token, epoch, text: 'foreverybody' })).body as { hits?: unknown[] }
  expect(found.hits?.length).toBeGreaterThan(0)
  expect(await ask('ticket', { token })).toMatchObject(REFUSED)
  const driven = await stack.api.runner.attach.mutate({ id: runnerId })
  expect((await connect(driven.ticket, token)).refusal(), 'no socket for a recording').toMatch(/websocket/)
})

it('a guest is nobody who attends: what rings meanwhile is still told', async () => {
  const { token } = await share()
  const terminal = await watch(token)
  await typeLine(stack, runnerId, "printf '\\a'")
  await waitUntil(
    'the runner is marked',
    async () => (await stack.api.runner.get.query({ id: runnerId })).notice !== null,
  )
  terminal.close()
})

it('by the CLI', async () => {
  const made = await stack.cli(['share', runnerId, '--for', '2h'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const token = tokenOfLink(made.stdout.trim())
  expect((await ask('view', { token })).status).toBe(200)
  const listed = JSON.parse((await stack.cli(['share', 'list', runnerId, '--json'])).stdout) as { id: string }[]
  expect((await stack.cli(['share', 'revoke', listed[0]?.id ?? ''])).code).toBe(0)
  expect((await ask('view', { token })).status).toBe(401)
  expect((await stack.cli(['share', runnerId, '--for', '8d'])).code).toBe(2)
  expect((await stack.cli(['share', randomUUID()])).code).toBe(3)
})
