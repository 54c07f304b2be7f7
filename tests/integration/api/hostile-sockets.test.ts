import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AGENT_NAMESPACE } from '@/contracts/agent-protocol/messages'
import { MAX_INPUT_BYTES } from '@/contracts/terminal/terminal'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from './raw-terminal'
import { type ProbedStack, startProbedStack } from './stack-with-database'

let probed: ProbedStack
let stack: Stack
let runnerId: string
let daemonPid: number | null
const open: RawTerminal[] = []

beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  const project = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell', cols: 80, rows: 24 })).id
  daemonPid = (await stack.pids()).daemon
})
afterAll(() => probed.stop())
afterEach(async () => {
  for (const terminal of open.splice(0)) terminal.close()
  // Whatever was sent: the daemon lives, and the runner can be used.
  expect((await stack.pids()).daemon).toBe(daemonPid)
})

const ticket = async (readOnly = false) => (await stack.api.runner.attach.mutate({ id: runnerId, readOnly })).ticket
async function connect(auth: Record<string, unknown>, namespace?: string): Promise<RawTerminal> {
  const terminal = await connectRaw(stack, auth, namespace)
  open.push(terminal)
  return terminal
}
const attach = async (readOnly = false) => connect({ ticket: await ticket(readOnly) })
/** Waits until the shell has echoed a fresh word: all that was typed before has been dealt with. */
async function settle(): Promise<string> {
  const word = `w${randomUUID().slice(0, 8)}`
  await typeLine(stack, runnerId, `echo ${word.slice(0, 4)}""${word.slice(4)}`)
  return untilScreen(stack, runnerId, word)
}
const problemOf = (terminal: RawTerminal) => waitUntil('it is told a problem', () => terminal.problems.at(-1))
const closed = (terminal: RawTerminal) => waitUntil('it is closed', () => terminal.socket.disconnected)

describe('a ticket', () => {
  it('works once', async () => {
    const once = await ticket()
    const first = await connect({ ticket: once })
    expect(first.attached[0]).toMatchObject({ runnerId })
    const second = await connect({ ticket: once })
    expect([second.refusal(), second.attached, second.bytes()]).toEqual(['unauthenticated', [], 0])
  })

  it('opens its runner only, whatever the client says', async () => {
    const terminal = await connect({ ticket: await ticket(), runnerId: randomUUID(), id: randomUUID() })
    expect(terminal.attached[0]?.runnerId).toBe(runnerId)
  })

  it('expires', async () => {
    const late = await ticket()
    await probed.database.query(`UPDATE attach_tickets SET expires_at = now() - interval '1 ms' WHERE used_at IS NULL`)
    const terminal = await connect({ ticket: late })
    expect([terminal.refusal(), terminal.bytes()]).toEqual(['unauthenticated', 0])
  })

  it.each([
    ['none', {}],
    ['an empty one', { ticket: '' }],
    ['one that is no text', { ticket: { length: 1 } }],
    ['a made-up one', { ticket: `svk_${'A'.repeat(43)}` }],
    ['another protocol', { ticket: 'svk_x', protocol: 999 }],
    ['a client id that is none', { ticket: 'svk_x', clientId: '../x' }],
    ['a size of nothing', { ticket: 'svk_x', cols: 0 }],
    ['a resume from before the beginning', { ticket: 'svk_x', resumeFrom: { epoch: 1, offset: -1 } }],
  ])('is needed: %s gets zero bytes', async (_what, auth) => {
    const terminal = await connect(auth)
    expect(terminal.refusal()).toMatch(/^(unauthenticated|invalid_input)$/)
    expect([terminal.attached, terminal.bytes()]).toEqual([[], 0])
  })

  it('is not for agents, and an agent needs a token of its own', async () => {
    for (const token of [stack.token, await ticket(), '', 'x', null]) {
      const agent = await connect({ protocol: 1, token }, AGENT_NAMESPACE)
      expect(agent.refusal()).toBeDefined()
      expect(agent.socket.connected).toBe(false)
    }
  })
})

describe('going on from where one never was', () => {
  it.each([
    ['before the beginning', { epoch: 1, offset: -1 }],
    ['in a life of before the first', { epoch: -1, offset: 0 }],
    ['at no number', { epoch: 1, offset: Number.NaN }],
    ['at a fraction', { epoch: 1, offset: 1.5 }],
    ['at a text', { epoch: 1, offset: '10' }],
    ['past what a number can say', { epoch: 1, offset: 2 ** 53 }],
    ['nowhere', { epoch: 1 }],
  ])('%s is refused, and the ticket is still good', async (_what, resumeFrom) => {
    const given = await ticket(true)
    const forged = await connect({ ticket: given, resumeFrom })
    expect([forged.refusal(), forged.attached, forged.bytes()]).toEqual(['invalid_input', [], 0])
    expect((await connect({ ticket: given })).attached).toHaveLength(1)
  })

  it.each([
    ['far past the end', { epoch: 1, offset: Number.MAX_SAFE_INTEGER }],
    ['in a life that is yet to come', { epoch: 2 ** 31, offset: 5 }],
  ])(
    '%s shows the screen as it is, and then all that comes; who is there is not disturbed',
    async (_what, resumeFrom) => {
      const bystander = await attachTerminal(stack, runnerId, { readOnly: true })
      const forged = await connect({ ticket: await ticket(true), resumeFrom })
      await waitUntil('it has the screen', () => forged.bytes() > 0)
      const had = forged.bytes()
      const word = `w${randomUUID().slice(0, 8)}`
      await typeLine(stack, runnerId, `echo ${word.slice(0, 4)}""${word.slice(4)}`)
      await bystander.sees(word)
      await waitUntil('it is shown what comes', () => forged.bytes() > had)
      expect([forged.socket.connected, bystander.attaches()]).toEqual([true, 1])
      bystander.close()
    },
  )
})

describe('a viewer', () => {
  it('with a read-only ticket types nothing, sizes nothing and takes no seat', async () => {
    const viewer = await attach(true)
    expect(viewer.attached[0]).toMatchObject({ role: 'viewer', readOnly: true })
    viewer.socket.emit('input', 1, 'echo smuggled\r')
    expect(await problemOf(viewer)).toMatchObject({ code: 'forbidden' })
    viewer.socket.emit('takeSeat')
    await waitUntil('the seat is refused', () => viewer.problems.length === 2)
    viewer.socket.emit('input', 2, 'echo smuggled\r')
    viewer.socket.emit('resize', { cols: 200, rows: 60 })
    await waitUntil('the input is refused again', () => viewer.problems.length === 3)
    expect(await settle()).not.toContain('smuggled')
    expect(viewer.acked).toEqual([])
    expect(await stack.api.runner.screen.query({ id: runnerId })).toMatchObject({ cols: 80, rows: 24 })
  })

  it('types nothing while somebody else drives', async () => {
    const driver = await attach()
    expect(driver.attached[0]?.role).toBe('driver')
    const viewer = await attach()
    expect(viewer.attached[0]?.role).toBe('viewer')
    viewer.socket.emit('input', 1, 'echo smuggled\r')
    expect(await problemOf(viewer)).toMatchObject({ code: 'forbidden', fatal: false })
    expect(await settle()).not.toContain('smuggled')
  })
})

describe('a driver', () => {
  it.each([
    ['0', { cols: 0, rows: 24 }],
    ['-1', { cols: 80, rows: -1 }],
    ['1e9', { cols: 1e9, rows: 24 }],
    ['text', { cols: '80', rows: '24' }],
    ['a fraction', { cols: 80.5, rows: 24 }],
    ['an array', [80, 24]],
    ['a half', { cols: 80, rows: null }],
  ])('is refused the size %s, and the PTY keeps its own', async (_what, size) => {
    const terminal = await attach()
    terminal.socket.emit('resize', size)
    expect(await problemOf(terminal)).toMatchObject({ code: 'invalid_input', fatal: false })
    await typeLine(stack, runnerId, 'clear; stty size')
    expect(await untilScreen(stack, runnerId, /^\d+ \d+$/m)).toMatch(/^24 80$/m)
    expect(terminal.socket.connected).toBe(true)
  })

  it.each([
    ['an object', 1, { toString: 'x' }],
    ['an array', 1, ['echo smuggled\r']],
    ['a number', 1, 7],
    ['nothing', 1, undefined],
    ['a seq of text', '1', 'echo smuggled\r'],
    ['seq 0', 0, 'echo smuggled\r'],
    ['seq -1', -1, 'echo smuggled\r'],
    ['seq NaN', Number.NaN, 'echo smuggled\r'],
    ['seq 1e300', 1e300, 'echo smuggled\r'],
    ['seq 1.5', 1.5, 'echo smuggled\r'],
    ['seq 2^53', 2 ** 53, 'echo smuggled\r'],
    ['more than a message may hold', 1, 'x'.repeat(MAX_INPUT_BYTES + 1)],
  ])('that sends %s as input is closed', async (_what, seq, data) => {
    const terminal = await attach()
    terminal.socket.emit('input', seq, data)
    expect(await problemOf(terminal)).toMatchObject({ code: 'invalid_input', fatal: true })
    await closed(terminal)
    const screen = await settle()
    expect(screen).not.toContain('smuggled')
    expect(screen).not.toContain('[object Object]')
  })

  it('that leaves numbers out is told what is missing, is sent away, and nothing of it is typed', async () => {
    const bystander = await attachTerminal(stack, runnerId, { readOnly: true })
    const terminal = await attach()
    terminal.socket.emit('input', 1, '\x15')
    await waitUntil('the first is typed', () => terminal.acked.includes(1))
    terminal.socket.emit('input', 2 ** 40, 'echo smuggled\r')
    expect(await problemOf(terminal)).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/missing/) })
    await closed(terminal)
    expect(await settle()).not.toContain('smuggled')
    expect(bystander.attaches()).toBe(1)
    bystander.close()
  })

  it('may acknowledge what it likes: the stream neither stalls nor breaks', async () => {
    const terminal = await attach()
    for (const offset of [-1, 1.5, Number.MAX_SAFE_INTEGER, 1e300, Number.NaN, 'x', null, undefined, {}, [1]]) {
      terminal.socket.emit('ack', offset)
    }
    const seen = terminal.bytes()
    await settle()
    await waitUntil('output goes on', () => terminal.bytes() > seen)
    expect(terminal.socket.connected).toBe(true)
  })
})

describe('a packet that is none', () => {
  it.each([
    ['of socket.io', (terminal: RawTerminal) => terminal.sendFrame('4zzz')],
    ['of socket.io with bad JSON', (terminal: RawTerminal) => terminal.sendFrame('42/terminal,["input",')],
    ['of socket.io that is no array', (terminal: RawTerminal) => terminal.sendFrame('42/terminal,{"a":1}')],
    ['with a thousand attachments', (terminal: RawTerminal) => terminal.sendFrame('451000-/terminal,["input"]')],
    ['with bytes that belong to nothing', (terminal: RawTerminal) => terminal.sendFrame(Buffer.from([1, 2, 3]))],
    ['of engine.io', (terminal: RawTerminal) => terminal.sendFrame('zzz')],
    ['larger than any frame', (terminal: RawTerminal) => terminal.sendFrame(`4${'x'.repeat(9 * 1024 * 1024)}`)],
  ])('%s closes that socket, and the others live', async (_what, send) => {
    const good = await attachTerminal(stack, runnerId)
    const bad = await attach(true)
    send(bad)
    await closed(bad)
    good.takeSeat()
    await waitUntil('it drives', () => good.state().role === 'driver')
    good.send('echo still""here\r')
    await good.sees('stillhere')
    expect(good.attaches()).toBe(1)
    good.close()
  })

  it('of a reserved name does nothing', async () => {
    const terminal = await attach()
    for (const name of ['disconnecting', '__proto__', 'constructor', 'takeSeat', 'releaseSeat', 'nobody listens']) {
      terminal.sendFrame(`42/terminal,${JSON.stringify([name, { a: 1 }, null])}`)
    }
    await settle()
  })
})
