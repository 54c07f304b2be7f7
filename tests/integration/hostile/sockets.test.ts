import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createApi } from '@/cli/api-client'
import { MAX_INPUT_BYTES, TERMINAL_PROTOCOL_VERSION } from '@/contracts/terminal/terminal'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { rawRequest, rawUpgrade } from '../api/raw-http'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { addUser } from './other-user'

// One test for each line of "Hostile inputs: Sockets" in the design; the line is its title. Wider ones are in ../api.

// Thousands of connections take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 180_000 })

let probed: ProbedStack
let stack: Stack
let runnerId: string
let projectId: string
let pids: { web: number; daemon: number | null }
const open: RawTerminal[] = []

beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  const project = await createProject(stack)
  projectId = (await stack.api.project.get.query({ project: project.name })).id
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell', cols: 80, rows: 24 })).id
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
})
afterAll(() => probed.stop())
afterEach(async () => {
  for (const terminal of open.splice(0)) terminal.close()
  const { web, daemon } = await stack.pids()
  expect({ web, daemon }).toEqual(pids)
})

const bearer = () => ({ authorization: `Bearer ${stack.token}` })
const ticket = async (readOnly = false) => (await stack.api.runner.attach.mutate({ id: runnerId, readOnly })).ticket
async function attach(readOnly = false): Promise<RawTerminal> {
  const terminal = await connectRaw(stack, { ticket: await ticket(readOnly) })
  open.push(terminal)
  return terminal
}
const size = async () => {
  const { cols, rows } = await stack.api.runner.get.query({ id: runnerId })
  return { cols, rows }
}
/** Until the shell has echoed a fresh word: what was typed before has been dealt with. */
async function settle(): Promise<string> {
  const word = `w${randomUUID().slice(0, 8)}`
  await typeLine(stack, runnerId, `echo ${word.slice(0, 4)}""${word.slice(4)}`)
  return untilScreen(stack, runnerId, word)
}

it('polling *and* websocket from a foreign Origin → both refused', async () => {
  for (const origin of ['http://evil.com', 'null', `http://localhost:${stack.ports.port + 1}`]) {
    const headers = { ...bearer(), origin }
    expect((await rawRequest(stack.url, { path: '/socket.io/?EIO=4&transport=polling', headers })).status).toBe(403)
    expect(await rawUpgrade(stack.url, '/socket.io/?EIO=4&transport=websocket', headers)).toBe(403)
  }
})

it('malformed engine.io / socket.io packets → that socket closes, process alive', async () => {
  const bystander = await attach()
  const malformed: (string | Buffer)[][] = [
    ['9'],
    ['4'],
    ['42'],
    ['42["'],
    ['42{"a":1}'],
    // It says that bytes follow: no packet before they are here.
    ['451-["input",{"_placeholder":true,"num":9}]', Buffer.from('x')],
    ['40/terminal,{'],
    ['x'.repeat(1_000)],
    ['4'.repeat(5)],
    ['\0\0nonsense'],
  ]
  for (const frames of malformed) {
    const victim = await attach(true)
    for (const frame of frames) victim.sendFrame(frame)
    await waitUntil(`closed after ${frames[0]?.slice(0, 10)}`, () => victim.socket.disconnected)
  }
  expect(bystander.socket.connected).toBe(true)
})

it('several terminals asked for at once on one connection → one is given', async () => {
  const tickets = await Promise.all(Array.from({ length: 5 }, () => ticket(true)))
  const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    headers: bearer(),
  })
  const answers: string[] = []
  socket.on('message', (data: Buffer) => answers.push(data.toString()))
  await waitUntil('engine.io greets', () => answers.length > 0)
  const handshake = { protocol: TERMINAL_PROTOCOL_VERSION, resumeFrom: null, cols: 80, rows: 24 }
  for (const each of tickets)
    socket.send(`40/terminal,${JSON.stringify({ ...handshake, clientId: randomUUID(), ticket: each })}`)
  const answersTo = (type: string) => answers.filter((answer) => answer.startsWith(`${type}/terminal,`))
  // One that comes after the first was let in ends the connection.
  const isOver = () => socket.readyState === WebSocket.CLOSED
  const answered = () => answersTo('40').length + answersTo('44').length
  await waitUntil('all are answered, or it is over', () => isOver() || answered() === tickets.length)
  expect(answersTo('40')).toHaveLength(1)
  expect(answersTo('44').every((answer) => answer.includes('conflict'))).toBe(true)
  socket.close()
})

it('attach without the right → error, zero bytes; input from a viewer → refused, audited', async () => {
  const stranger = await addUser(probed, 'operator')
  const post = (headers: Record<string, string>, input: object) =>
    rawRequest(stack.url, {
      method: 'POST',
      path: '/api/trpc/runner.attach',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
  expect((await post(stranger.headers, { id: runnerId })).status).toBe(404)
  const forged = await connectRaw(stack, { ticket: `svk_${'A'.repeat(43)}` })
  expect([forged.refusal(), forged.bytes(), forged.attached]).toEqual(['unauthenticated', 0, []])

  const viewer = await addUser(probed, 'viewer', { projectId, role: 'viewer' })
  const answer = await post(viewer.headers, { id: runnerId, readOnly: true })
  expect(answer.status).toBe(200)
  const watching = await connectRaw(
    stack,
    { ticket: JSON.parse(answer.text).result.data.ticket },
    undefined,
    viewer.headers,
  )
  open.push(watching)
  watching.socket.emit('input', 1, 'echo typed-by-a-viewer\r')
  const problem = await waitUntil('it is told', () => watching.problems.at(-1))
  expect(problem.code).toBe('forbidden')
  expect(await settle()).not.toContain('typed-by-a-viewer')
  await waitUntil('it is audited, with the credential that the viewer came by', async () => {
    const { rows } = await probed.database.query(
      `SELECT 1 FROM audit_events refused JOIN audit_events attached USING (actor_id, credential, target_id)
        WHERE refused.action = 'terminal.refused' AND attached.action = 'runner.attach' AND target_id = $1`,
      [runnerId],
    )
    return rows.length > 0
  })
})

it('logout or revocation mid-stream → closed within 5 s', async () => {
  const { id, token } = await stack.api.auth.createToken.mutate({ name: 'to be revoked' })
  const headers = { authorization: `Bearer ${token}` }
  const { ticket: theirs } = await createApi(stack.url, token).runner.attach.mutate({ id: runnerId, readOnly: true })
  const cut = await connectRaw(stack, { ticket: theirs }, undefined, headers)
  open.push(cut)
  expect(cut.socket.connected).toBe(true)
  await stack.api.auth.revokeToken.mutate({ id })
  await waitUntil('the terminal is cut', () => cut.socket.disconnected, 5_000)
})

it('a frame over the limit → a named error; 5,000 sockets of one user → capped', async () => {
  const driver = await attach()
  driver.socket.emit('input', 1, 'x'.repeat(MAX_INPUT_BYTES + 1))
  const problem = await waitUntil('it is told', () => driver.problems.at(-1))
  expect(problem).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(String(MAX_INPUT_BYTES)) })

  const upgrade = () =>
    new Promise<{ status: number; socket: Duplex | null }>((resolve, reject) => {
      const headers = {
        ...bearer(),
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      }
      const outgoing = request({
        host: '127.0.0.1',
        port: stack.ports.port,
        path: '/socket.io/?EIO=4&transport=websocket',
        headers,
        agent: false,
      })
      outgoing.once('upgrade', (response, socket) => {
        socket.on('error', () => undefined)
        resolve({ status: response.statusCode ?? 0, socket })
      })
      outgoing.once('response', (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, socket: null })
      })
      outgoing.once('error', reject)
      outgoing.end()
    })
  const held: Duplex[] = []
  const statuses: number[] = []
  try {
    for (let batch = 0; batch < 100; batch += 1) {
      for (const { status, socket } of await Promise.all(Array.from({ length: 50 }, upgrade))) {
        statuses.push(status)
        if (socket) held.push(socket)
      }
    }
    expect(statuses).toHaveLength(5_000)
    expect(statuses.filter((status) => status === 101).length).toBeLessThanOrEqual(300)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(4_000)
    // Others are served meanwhile.
    expect((await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: bearer() })).status).toBe(200)
  } finally {
    for (const socket of held) socket.destroy()
  }
  await waitUntil('there is room again', async () => {
    const { status, socket } = await upgrade()
    socket?.destroy()
    return status === 101
  })
})

it('resize 0, −1, 1e9, "80" → refused, PTY unchanged', async () => {
  const driver = await attach()
  await waitUntil('it drives', () => driver.attached[0]?.role === 'driver')
  const before = await size()
  for (const cols of [0, -1, 1e9, '80', 1.5, null, [80], { valueOf: 80 }]) {
    const told = driver.problems.length
    driver.socket.emit('resize', { cols, rows: 24 })
    expect((await waitUntil('it is told', () => driver.problems[told])).code).toBe('invalid_input')
  }
  await typeLine(stack, runnerId, 'echo "size=$(stty size)="')
  expect(await untilScreen(stack, runnerId, /size=\d+ \d+=/)).toContain(`size=${before.rows} ${before.cols}=`)
  expect(await size()).toEqual(before)
})

it('input as object or array → refused, never "[object Object]"; forged seq or ack → clamped, no stall', async () => {
  for (const data of [{ a: 1 }, ['ls'], 7, null, true]) {
    const driver = await attach()
    driver.socket.emit('input', 1, data)
    expect((await waitUntil('it is told', () => driver.problems.at(-1))).code).toBe('invalid_input')
  }
  expect(await settle()).not.toMatch(/object Object|null|true\b/)
  for (const ack of [-1, 1e308, Number.MAX_SAFE_INTEGER, '5', {}, Number.NaN]) {
    const driver = await attach()
    driver.socket.emit('ack', ack)
    driver.socket.emit('ack', ack)
    driver.close()
  }
  const driver = await attach()
  driver.socket.emit('ack', Number.MAX_SAFE_INTEGER)
  const had = driver.bytes()
  await typeLine(stack, runnerId, 'seq 1 20000')
  await waitUntil('output goes on', () => driver.bytes() > had + 10_000)
  driver.close()
  await settle()
  // And bytes that are no protocol at all.
  const socket = connect(stack.ports.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.end('\0\x01\x02 nonsense\r\n\r\n')
  await once(socket.resume(), 'close')
})
