import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApi } from '@/cli/api-client'
import { shareProtocols } from '@/contracts/share/share'
import { OUTPUT_WINDOW_BYTES } from '@/contracts/terminal/terminal'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

/** A change of rights, whatever it is, reaches what is open within this time. */
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

/** Somebody who came in by their invitation, with a browser. */
async function invited(name: string, role: 'operator' | 'viewer') {
  const { link } = await stack.api.user.create.mutate({ name, role })
  await stack.api.user.grant.mutate({ user: name, project: project.name, role })
  const signIn = await fetch(link?.url ?? '', { redirect: 'manual' })
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const headers = { cookie, origin: stack.url }
  const call = async (path: string, input: unknown) => {
    const answer = await fetch(`${stack.url}/api/trpc/${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'x-stratavore': '1' },
      body: JSON.stringify(input),
    })
    return (await answer.json()) as {
      result?: { data: { ticket: string } }
      error?: { data: { stratavore: { code: string } } }
    }
  }
  const attach = async (readOnly: boolean, id = runnerId) => call('runner.attach', { id, readOnly })
  return {
    attach,
    headers,
    connect: async (readOnly: boolean, id = runnerId) => {
      const terminal = await connectRaw(
        stack,
        { ticket: (await attach(readOnly, id)).result?.data.ticket ?? '' },
        undefined,
        headers,
      )
      await waitUntil('they are attached', () => terminal.attached.length === 1)
      return terminal
    },
    /** An event stream; `ended` resolves once it is over. */
    stream: async (): Promise<{ ended: Promise<void> }> => {
      const events = await fetch(`${stack.url}/api/trpc/event.stream?input=%7B%7D`, { headers })
      const reader = events.body?.getReader()
      expect((await reader?.read())?.done).toBe(false)
      const drain = async () => {
        try {
          while (!(await reader?.read())?.done);
        } catch {
          // Cut in the middle: ended too.
        }
      }
      return { ended: drain() }
    },
  }
}

const audited = async (action: string) =>
  Number(
    (await probed.database.query('SELECT count(*) FROM audit_events WHERE action = $1', [action])).rows[0]?.count ?? 0,
  )

it('nothing that a viewer types reaches the program, and that they tried is written down once', async () => {
  const viewer = await invited('vera', 'viewer')
  expect((await viewer.attach(false)).error?.data.stratavore.code).toBe('forbidden')
  const terminal = await viewer.connect(true)
  expect(terminal.attached[0]).toMatchObject({ role: 'viewer', readOnly: true })
  for (let seq = 1; seq <= 20; seq += 1) terminal.socket.emit('input', seq, 'echo smuggled\r')
  for (const event of ['takeSeat', 'askSeat', 'releaseSeat']) terminal.socket.emit(event)
  await waitUntil('each was refused', () => terminal.problems.length === 23)
  expect(new Set(terminal.problems.map(({ code }) => code))).toEqual(new Set(['forbidden']))
  await typeLine(stack, runnerId, 'echo se""ttled')
  expect(await untilScreen(stack, runnerId, 'settled')).not.toContain('smuggled')
  expect(terminal.acked).toEqual([])
  await waitUntil('it is written down', async () => (await audited('terminal.refused')) === 1)
  terminal.close()
})

it('a demotion cuts the terminal and the stream within 5 s, and what comes back may only watch', async () => {
  const operator = await invited('otto', 'operator')
  const terminal = await operator.connect(false)
  expect(terminal.attached[0]).toMatchObject({ role: 'driver', readOnly: false })
  const { ended } = await operator.stream()
  // A ticket from before counts for what its user may when it is used.
  const early = (await operator.attach(false)).result?.data.ticket ?? ''
  await stack.api.user.update.mutate({ user: 'otto', role: 'viewer' })
  const late = await connectRaw(stack, { ticket: early }, undefined, operator.headers)
  await waitUntil('the early ticket attaches', () => late.attached.length === 1)
  expect(late.attached[0]).toMatchObject({ role: 'viewer', readOnly: true })
  await waitUntil('the terminal is cut', () => !terminal.socket.connected, CUT_WITHIN_MS)
  await ended
  expect((await operator.attach(false)).error?.data.stratavore.code).toBe('forbidden')
  const again = await operator.connect(true)
  expect(again.attached[0]).toMatchObject({ readOnly: true })
  for (const open of [late, again]) open.close()
})

it('a grant that is taken away cuts too, and what it opened is not there any more', async () => {
  const operator = await invited('olga', 'operator')
  const terminal = await operator.connect(false)
  await stack.api.user.revoke.mutate({ user: 'olga', project: project.name })
  await waitUntil('the terminal is cut', () => !terminal.socket.connected, CUT_WITHIN_MS)
  expect((await operator.attach(true)).error?.data.stratavore.code).toBe('not_found')
})

it('somebody who is disabled is out at once', async () => {
  const viewer = await invited('vito', 'viewer')
  const terminal = await viewer.connect(true)
  await stack.api.user.disable.mutate({ user: 'vito' })
  await waitUntil('the terminal is cut', () => !terminal.socket.connected, CUT_WITHIN_MS)
  expect((await viewer.attach(true)).error?.data.stratavore.code).toBe('unauthenticated')
})

it('a passkey that is removed cuts what came in by it', async () => {
  const viewer = await invited('paul', 'viewer')
  const sessions = await stack.api.auth.sessions.query({ all: true })
  const passkeyId = randomUUID()
  await probed.database.query(
    `WITH passkey AS (
       INSERT INTO passkeys (id, user_id, name, credential_id, rp_id, public_key, counter, backed_up)
       SELECT $1, id, 'stolen', 'of paul', 'localhost', '', 0, false FROM users WHERE name = 'paul' RETURNING id)
     UPDATE web_sessions SET passkey_id = passkey.id FROM passkey WHERE web_sessions.id = $2`,
    [passkeyId, sessions.find(({ user }) => user === 'paul')?.id],
  )
  const terminal = await viewer.connect(true)
  await stack.api.auth.removePasskey.mutate({ id: passkeyId })
  await waitUntil('the terminal is cut', () => !terminal.socket.connected, CUT_WITHIN_MS)
  expect((await viewer.attach(true)).error?.data.stratavore.code).toBe('unauthenticated')
})

/** It shows all that it is given at once: what is printed goes on coming. */
function keepUp({ socket }: RawTerminal): void {
  socket.on('output', (offset: number, data: Uint8Array) => socket.emit('ack', offset + data.byteLength))
  socket.on('snapshot', ({ offset }: { offset: number }) => socket.emit('ack', offset))
}

it('a token, a session, a grant and a shared link that are revoked while output floods by them → cut, and no byte more', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 80, rows: 24 })
  const attach = async (api = stack.api) => (await api.runner.attach.mutate({ id, readOnly: true })).ticket
  const { id: tokenId, token } = await stack.api.auth.createToken.mutate({ name: 'floods' })
  const link = await stack.api.share.create.mutate({ runnerId: id })
  const linkToken = new URL(link.url).hash.slice(1)
  const asked = await fetch(`${stack.url}/api/share/ticket`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify({ token: linkToken }),
  })
  const { ticket } = (await asked.json()) as { ticket: string }
  const [sven, gerd] = [await invited('sven', 'viewer'), await invited('gerd', 'viewer')]
  const byToken = { authorization: `Bearer ${token}` }
  const open: Record<string, RawTerminal> = {
    token: await connectRaw(stack, { ticket: await attach(createApi(stack.url, token)) }, undefined, byToken),
    session: await sven.connect(true, id),
    grant: await gerd.connect(true, id),
    link: await connectRaw(stack, { ticket }, undefined, { origin: stack.url }, shareProtocols(linkToken)),
  }
  const bystander = await connectRaw(stack, { ticket: await attach() })
  let present = 0
  bystander.socket.on('presence', ({ clients }: { clients: unknown[] }) => {
    present = clients.length
  })
  for (const each of [...Object.values(open), bystander]) keepUp(each)
  await typeLine(stack, id, 'yes')
  const flooded = ({ bytes }: RawTerminal, from: number) => bytes() > from + 2 * OUTPUT_WINDOW_BYTES
  for (const [what, each] of Object.entries(open)) await waitUntil(`it floods by the ${what}`, () => flooded(each, 0))

  const sessions = await stack.api.auth.sessions.query({ all: true })
  await stack.api.auth.revokeToken.mutate({ id: tokenId })
  await stack.api.auth.revokeSession.mutate({ id: sessions.find(({ user }) => user === 'sven')?.id ?? '' })
  await stack.api.user.revoke.mutate({ user: 'gerd', project: project.name })
  await stack.api.share.revoke.mutate({ id: link.id })
  const connected = () => Object.keys(open).filter((what) => open[what]?.socket.connected)
  await waitUntil('all are cut', () => connected().length === 0, CUT_WITHIN_MS).catch((error: unknown) => {
    throw new Error(`not cut: ${connected()}`, { cause: error })
  })
  const had = Object.values(open).map(({ bytes }) => bytes())
  const theirs = bystander.bytes()
  await waitUntil('it floods on for the one that stays', () => flooded(bystander, theirs))
  expect(Object.values(open).map(({ bytes }) => bytes())).toEqual(had)
  // The daemon is rid of them too, and sends to nobody who is not there.
  await waitUntil('only the one that stays is there', () => present === 1)
  bystander.close()
  await stack.api.runner.stop.mutate({ id, force: true })
}, 60_000)

it('the last owner stays one', async () => {
  const refused = { data: { stratavore: { code: 'invalid_state' } } }
  await expect(stack.api.user.update.mutate({ user: 'owner', role: 'operator' })).rejects.toMatchObject(refused)
  await expect(stack.api.user.disable.mutate({ user: 'owner' })).rejects.toMatchObject(refused)
  const { link } = await stack.api.user.create.mutate({ name: 'second', role: 'owner' })
  expect(link?.url).toContain('/login?code=')
  await stack.api.user.disable.mutate({ user: 'second' })
  await expect(stack.api.user.disable.mutate({ user: 'owner' })).rejects.toMatchObject(refused)
  expect((await stack.api.user.list.query()).find(({ name }) => name === 'owner')).toMatchObject({ disabledAt: null })
})

it("a service's token does what it names and nothing else, and a service has no browser", async () => {
  const made = await stack.api.user.create.mutate({ name: 'prometheus', role: 'service', allProjects: true })
  expect(made.link).toBeNull()
  await expect(stack.api.user.invite.mutate({ user: 'prometheus' })).rejects.toMatchObject({
    data: { stratavore: { code: 'invalid_state' } },
  })
  const { token } = await stack.api.auth.createToken.mutate({ user: 'prometheus', name: 'scrape', scopes: ['metrics'] })
  const api = createApi(stack.url, token)
  expect((await api.system.metrics.query()).cpuPercent).toBeGreaterThanOrEqual(0)
  await expect(api.runner.list.query({})).rejects.toMatchObject({ data: { stratavore: { code: 'forbidden' } } })
})

it('the audit log tells what somebody was and is', async () => {
  const { rows } = await probed.database.query(
    "SELECT data FROM audit_events WHERE action = 'user.update' ORDER BY seq LIMIT 1",
  )
  expect(rows[0]?.data).toMatchObject({
    before: { name: 'otto', role: 'operator' },
    after: { name: 'otto', role: 'viewer' },
  })
})
