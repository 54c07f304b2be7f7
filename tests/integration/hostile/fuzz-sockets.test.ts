import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { joinDaemon } from '@/agent/identity/join-daemon'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION } from '@/contracts/agent-protocol/messages'
import { dialAgent, joinWith } from '../../support/dial-agent'
import { freePorts } from '../../support/free-port'
import type { KnownValues } from '../../support/fuzz/from-schema'
import {
  AGENT_EVENTS,
  SOCKET_ROUNDS,
  type SocketMessage,
  schemaMessages,
  socketMessages,
  TERMINAL_EVENTS,
} from '../../support/fuzz/socket-messages'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { askAsGuest, connectGuest, tokenOfLink } from '../share/guest'
import { watchMemory } from './flat-memory'
import { changesEachTime, watchTables } from './table-state'
import { expectUnhurt } from './unhurt'

// Whoever has a socket: a terminal's client, a guest, an agent. What they send is made from the schemas, or is no message.

/** Printed, so that a run can be repeated: `FUZZ_SEED=… vitest …`. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const SEEDED = `FUZZ_SEED=${SEED}`
/** That somebody tried is written down and told, who drove a little later. */
const RECORDS = ['drive_spans', 'audit_events', 'audit_tip', 'outbox_events', 'attach_tickets']

/** Events that no answer is given to. */
const UNANSWERED: ReadonlySet<string> = new Set(['heartbeat', 'output', 'outputSkipped', 'resized'])

let probed: ProbedStack
let stack: Stack
let agentUrl: string
let pids: { web: number; daemon: number | null }

beforeAll(async () => {
  process.stdout.write(`fuzz: ${SEEDED}\n`)
  const [port = 0] = await freePorts(1)
  agentUrl = `https://127.0.0.1:${port}`
  probed = await startProbedStack({
    env: {
      STRATAVORE_AGENT_PORT: `${port}`,
      STRATAVORE_AGENT_HOST: '127.0.0.1',
      STRATAVORE_AGENT_NAMES: '127.0.0.1',
    },
  })
  stack = probed.stack
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
})
afterAll(() => probed.stop())
afterEach(() => expectUnhurt(stack, pids, SEEDED))

/** Sends it all; a connection that is closed for it is made anew. What is held for it is not to grow with it. */
async function sendAll(
  messages: readonly SocketMessage[],
  connect: () => Promise<RawTerminal>,
): Promise<readonly string[]> {
  const refused: string[] = []
  const open = async () => {
    const terminal = await connect()
    terminal.socket.on('problem', ({ code }: { code: string }) => refused.push(code))
    return terminal
  }
  const memory = watchMemory(pids)
  let terminal = await open()
  for (const [index, [event, values]] of messages.entries()) {
    if (index === Math.floor(messages.length / 2)) memory.isWarm()
    if (terminal.socket.disconnected) terminal = await open()
    terminal.socket.emit(event, ...values)
  }
  await untilHeard(terminal)
  terminal.close()
  memory.expectFlat(SEEDED)
  return refused
}

/** Resolves when all that was sent before has been looked at: what is no size is answered, after all before it. */
async function untilHeard({ socket, problems }: RawTerminal): Promise<void> {
  if (socket.disconnected) return
  const before = problems.length
  socket.emit('resize', 'no size')
  await waitUntil(
    'all is heard',
    () => socket.disconnected || problems.slice(before).some(({ code }) => code === 'invalid_input'),
  )
}

/** Its own for each test. Resolves when all that follows on its launch is written. */
async function freshRunner(): Promise<string> {
  const project = await createProject(stack)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await waitUntil('its launch is over for everybody', async () => {
    const { activity, confinement } = await stack.api.runner.get.query({ id })
    const { rows } = await probed.database.query(
      'SELECT count(*)::int AS due FROM outbox_events WHERE published_at IS NULL AND dead_at IS NULL',
    )
    return activity === 'idle' && confinement !== null && rows[0]?.due === 0
  })
  return id
}

const terminalMessages = (salt: number): SocketMessage[] => [
  ...schemaMessages(TERMINAL_EVENTS, {}, SEED + salt),
  ...socketMessages(TERMINAL_EVENTS, SEED + salt + 1),
]

it('every event of a terminal by one who may only watch: no change, flat memory, and the runner goes on', async () => {
  const runnerId = await freshRunner()
  const state = await watchTables(probed.database, RECORDS)
  const before = await state()
  const connect = async () =>
    connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id: runnerId, readOnly: true })).ticket })
  expect(await sendAll(terminalMessages(100), connect), SEEDED).toContain('forbidden')
  expect(await state(), SEEDED).toBe(before)
  await typeLine(stack, runnerId, 'echo "ali""ve"')
  expect(await untilScreen(stack, runnerId, 'alive'), SEEDED).not.toContain('forged output')
})

it('every event of a terminal by a guest with a shared link: no change, flat memory, and the runner goes on', async () => {
  const runnerId = await freshRunner()
  const token = tokenOfLink((await stack.api.share.create.mutate({ runnerId })).url)
  const state = await watchTables(probed.database, [...RECORDS, 'share_links'])
  const before = await state()
  const connect = async () =>
    connectGuest(stack, (await askAsGuest(stack, 'ticket', { token })).body.ticket ?? '', token)
  expect(await sendAll(terminalMessages(200), connect), SEEDED).toContain('forbidden')
  expect(await state(), SEEDED).toBe(before)
  await typeLine(stack, runnerId, 'echo "ali""ve"')
  expect(await untilScreen(stack, runnerId, 'alive'), SEEDED).not.toContain('forged output')
})

/** What a client of its own making may send: each event as it should be, but at the wrong time, order or size. */
const untimelyMessages = (clientIds: readonly string[]): SocketMessage[] => {
  const seq = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2 ** 31 }))
  const text = fc.string({ unit: fc.constantFrom(...'abcdef '), minLength: 1, maxLength: 40 })
  const size = fc.record({ cols: fc.integer({ min: 1, max: 1000 }), rows: fc.integer({ min: 1, max: 1000 }) })
  const message = fc.oneof(
    fc.tuple(fc.constant('input'), fc.tuple(seq, text)),
    fc.tuple(fc.constant('ack'), fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }))),
    fc.tuple(fc.constant('resize'), fc.tuple(size)),
    fc.tuple(fc.constant('answerSeat'), fc.tuple(fc.constantFrom(...clientIds, randomUUID()), fc.boolean())),
    fc.tuple(fc.constantFrom('takeSeat', 'askSeat', 'releaseSeat'), fc.constant([])),
  )
  return fc.sample(message, { numRuns: SOCKET_ROUNDS * 20, seed: SEED + 303 }) as SocketMessage[]
}

it('every event of a terminal by two who may drive, out of order and beside what belongs nowhere: flat memory, and the runner goes on', async () => {
  const runnerId = await freshRunner()
  const clientIds = [randomUUID(), randomUUID()]
  const connect = async (clientId: string) =>
    connectRaw(stack, { clientId, ticket: (await stack.api.runner.attach.mutate({ id: runnerId })).ticket })
  const memory = watchMemory(pids)
  const open = await Promise.all(clientIds.map(connect))
  const messages = [...untimelyMessages(clientIds), ...terminalMessages(400)]
  for (const [index, [event, values]] of messages.entries()) {
    if (index === Math.floor(messages.length / 2)) memory.isWarm()
    const who = index % open.length
    if (open[who]?.socket.disconnected) open[who] = await connect(clientIds[who] ?? '')
    open[who]?.socket.emit(event, ...values)
  }
  for (const terminal of open) {
    await untilHeard(terminal)
    terminal.close()
  }
  memory.expectFlat(SEEDED)
  expect((await stack.api.runner.get.query({ id: runnerId })).status, SEEDED).toBe('running')
  // Whoever comes now has the seat, and what is typed arrives; what the shell made of all that was typed is broken off.
  const next = await connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id: runnerId })).ticket })
  next.socket.emit('takeSeat')
  let seq = 0
  await waitUntil('what is typed arrives', async () => {
    for (const text of ['\x03\x15', '\recho "ali""ve"\r']) {
      seq += 1
      next.socket.emit('input', seq, text)
      await waitUntil('it is typed', () => next.acked.includes(seq))
    }
    return /^alive$/m.test((await stack.api.runner.screen.query({ id: runnerId })).text)
  })
  next.close()
})

it('every event of an agent that has not joined, with a right token: no change, flat memory', async () => {
  const runnerId = await freshRunner()
  const token = readFileSync(join(stack.home, 'keys/agent.token'), 'utf8').trim()
  const connect = () => connectRaw(stack, { token, protocol: AGENT_PROTOCOL_VERSION }, AGENT_NAMESPACE)
  const state = await watchTables(probed.database, RECORDS)
  const before = await state()
  const memory = watchMemory(pids)
  let open = await connect()
  for (const [event, values] of socketMessages(AGENT_EVENTS, SEED + 500)) {
    if (open.socket.disconnected) open = await connect()
    open.socket.emit(event, ...values)
  }
  open.close()
  memory.expectFlat(SEEDED)
  await waitUntil('the local agent is still the one', async () => (await stack.pids()).agents.length === 1)
  expect(await state(), SEEDED).toBe(before)
  await typeLine(stack, runnerId, 'echo "still""here"')
  await untilScreen(stack, runnerId, 'stillhere')
})

it('every event of an agent that has joined, made from its schema and mutated: what is refused changes nothing, what is of another node neither; flat memory', async () => {
  const runnerId = await freshRunner()
  const { token, fingerprint } = await stack.api.node.joinToken.mutate({ name: 'fuzzed', minutes: 5 })
  const own = await joinDaemon({ url: agentUrl, nodeName: 'fuzzed', fingerprint, token })
  const dial = async (): Promise<Socket> => {
    const socket = dialAgent(agentUrl, own.authorities, own)
    await waitUntil('it is connected', () => socket.connected)
    return socket
  }
  const joined = async (): Promise<Socket> => {
    const socket = await dial()
    expect(await socket.timeout(20_000).emitWithAck('join', joinWith([]))).toMatchObject({ ok: true })
    return socket
  }
  const mine = randomUUID()
  await probed.database.query(
    `INSERT INTO runners (id, project_id, node_id, provider, status, desired, cwd)
     SELECT $1, project_id, $2, provider, 'terminated', 'terminated', cwd FROM runners WHERE id = $3`,
    [mine, own.nodeId, runnerId],
  )
  const known: KnownValues = { runnerId: [mine, mine, runnerId, runnerId.toUpperCase(), randomUUID()] }
  const messages = schemaMessages(AGENT_EVENTS, known, SEED + 600)
  const state = await watchTables(probed.database, RECORDS)
  const problems: string[] = []
  const told = new Set<string>()
  const memory = watchMemory(pids)
  let socket = await joined()
  /** Who joins anew has a connection of its own: each joins once. */
  const send = async (event: string, values: unknown[]): Promise<string> => {
    if (event !== 'join') {
      if (socket.disconnected) socket = await joined()
      return answerTo(socket, event, values)
    }
    const other = await dial()
    const answer = await answerTo(other, event, values)
    other.disconnect()
    return answer
  }
  for (const [index, [event, values]] of messages.entries()) {
    if (index === Math.floor(messages.length / 2)) memory.isWarm()
    const before = await state()
    const answer = await send(event, values)
    told.add(answer)
    if (answer === 'taken') continue
    if (await changesEachTime(state, before, () => send(event, values)))
      problems.push(`${event} ${JSON.stringify(values).slice(0, 300)}: ${answer}, and changed something`)
  }
  socket.disconnect()
  expect(problems.join('\n'), SEEDED).toBe('')
  memory.expectFlat(SEEDED)
  expect([...told], SEEDED).toEqual(expect.arrayContaining(['taken', 'refused', 'not_found', 'invalid_input']))
  // What it cannot record is a fault of the daemon's, whatever it was sent.
  expect([...told], SEEDED).not.toContain('unavailable')
  expect(readFileSync(join(stack.home, 'logs/daemon.log'), 'utf8'), SEEDED).not.toMatch(/"level":[56]0/)
}, 120_000)

/** How the daemon takes it: `taken`, `refused` without a word, or the code of its refusal. */
async function answerTo(socket: Socket, event: string, values: unknown[]): Promise<string> {
  const schema = AGENT_EVENTS[event as keyof typeof AGENT_EVENTS]
  const wanted = schema.def.items.length
  const isMessage = schema.safeParse(values.slice(0, wanted)).success
  const answered = new Promise<string>((resolve) => {
    socket.once('disconnect', () => resolve('refused'))
    socket.emit(event, ...values, ({ ok, code }: { ok: boolean; code?: string }) =>
      resolve(ok ? 'taken' : (code ?? 'refused')),
    )
  })
  // Not all are answered: what is no message of its event, and what has something else where the answer is asked for.
  if (isMessage && values.length === wanted && !UNANSWERED.has(event)) return answered
  const heard = new Promise<string>((resolve) => {
    socket.emit(event === 'join' ? 'join' : 'transcriptMissing', null, () => resolve(isMessage ? 'taken' : 'refused'))
  })
  return Promise.race([answered, heard])
}
