import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION } from '@/contracts/agent-protocol/messages'
import type { ClientToDaemon } from '@/contracts/terminal/terminal'
import { type KnownValues, mutatedInputs, validInputs } from '../../support/fuzz/from-schema'
import { AGENT_EVENTS, SOCKET_ROUNDS, socketMessages } from '../../support/fuzz/socket-messages'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { residentMb } from '../../support/resident-memory'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { callProcedure, isRefused, type Procedure, problemOf, procedures } from './procedure-calls'
import { changesEachTime, watchTables } from './table-state'
import { expectUnhurt } from './unhurt'

/** Printed, so that a run can be repeated: `FUZZ_SEED=… vitest …`. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
/** Inputs a procedure gets of each kind. Calls take some ms each, and there are about eighty procedures. */
const VALID_INPUTS = 4
const MUTATED_INPUTS = 8
/** Memory may grow by this much after the first half of all calls: what leaks for each call doubles it. */
const MEMORY_RATIO = 1.5

/** Refusals that are themselves written down, by design: what somebody tried and may not, or cannot have. */
const RECORDED = new Set(['quota_exceeded', 'budget_exhausted', 'forbidden'])
let probed: ProbedStack
let stack: Stack
let runnerId: string
let known: KnownValues
let pids: { web: number; daemon: number | null }
let state: () => Promise<string>

beforeAll(async () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${SEED}\n`)
  probed = await startProbedStack()
  stack = probed.stack
  const project = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
  // Whatever launch is tried from here on is refused: what runs would change the tables by itself.
  await stack.api.quota.set.mutate({ project: project.name, runners: 1 })
  known = { project: [project.name], id: [runnerId, randomUUID()], path: [stack.workDir, '/'], provider: ['shell'] }
  const { web, daemon } = await stack.pids()
  pids = { web, daemon }
  state = await watchTables(probed.database)
})
afterAll(() => probed.stop())

const call = (procedure: Procedure, json: string | undefined) =>
  callProcedure(stack, { authorization: `Bearer ${stack.token}` }, procedure, json)

/** Calls; a refusal must be in our words and must have changed nothing. Returns what is wrong, or null. */
async function attempt(procedure: Procedure, json: string | undefined): Promise<string | null> {
  const before = await state()
  const again = () => call(procedure, json)
  const answer = await again()
  if (!isRefused(answer)) return null
  const problem = problemOf(answer)
  if (problem !== null) return problem
  const { code, status, text } = answer
  if (code !== null && RECORDED.has(code)) return null
  if (!(await changesEachTime(state, before, again))) return null
  return `refused, and changed something: ${status} ${text.slice(0, 300)}`
}

const memory = () => ({ web: residentMb(pids.web), daemon: residentMb(pids.daemon ?? 0) })

const expectAlive = () => expectUnhurt(stack, pids, `seed ${SEED}`)

it('every procedure, with inputs made from its schema and mutated ones: no 500, no crash, no change by what is refused, flat memory', async () => {
  const all = procedures()
  expect(all.length).toBeGreaterThan(50)
  const inputs = all.flatMap((procedure, index) => {
    const draw = (arbitrary: fc.Arbitrary<unknown>, numRuns: number, salt: number) =>
      fc.sample(arbitrary, { numRuns, seed: SEED + index * 2 + salt })
    return [
      ...draw(validInputs(procedure.input, known), VALID_INPUTS, 0),
      ...draw(mutatedInputs(procedure.input, known), MUTATED_INPUTS, 1),
    ].map((value) => ({ procedure, json: JSON.stringify(value) as string | undefined }))
  })
  // In an order of no meaning, so that the second half is like the first.
  const order =
    fc.sample(fc.shuffledSubarray(inputs, { minLength: inputs.length }), { numRuns: 1, seed: SEED })[0] ?? []
  const problems: string[] = []
  let warm = memory()
  for (const [index, { procedure, json }] of order.entries()) {
    if (index === Math.floor(order.length / 2)) warm = memory()
    const problem = await attempt(procedure, json)
    if (problem !== null) problems.push(`${procedure.name} ${json?.slice(0, 300)}\n  ${problem}`)
  }
  expect(problems.join('\n\n'), `seed ${SEED}`).toBe('')
  const after = memory()
  expect(after.web / warm.web, `seed ${SEED}: web ${warm.web} -> ${after.web} MB`).toBeLessThan(MEMORY_RATIO)
  expect(after.daemon / warm.daemon, `seed ${SEED}: daemon`).toBeLessThan(MEMORY_RATIO)
  await expectAlive()
}, 300_000)

/** So that an event that is added is tried here too: the compiler asks for it. */
const TERMINAL_EVENTS = {
  input: 0,
  ack: 0,
  resize: 0,
  takeSeat: 0,
  askSeat: 0,
  answerSeat: 0,
  releaseSeat: 0,
} satisfies Record<keyof ClientToDaemon, 0>
/** Sends it all; a connection that is closed for it is made anew. */
async function sendAll(messages: [string, unknown[]][], connect: () => Promise<RawTerminal>): Promise<number> {
  let connections = 1
  let open = await connect()
  for (const [event, values] of messages) {
    if (open.socket.disconnected) {
      open = await connect()
      connections += 1
    }
    open.socket.emit(event, ...values)
  }
  open.close()
  return connections
}

/** The calls may have ended the one there was. Resolves when all that follows on its launch is written. */
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

it('every event of a terminal with what does not belong there: no crash, no change, and the runner goes on', async () => {
  runnerId = await freshRunner()
  const before = await stack.api.runner.get.query({ id: runnerId })
  const connect = async () =>
    connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id: runnerId, readOnly: true })).ticket })
  await sendAll(socketMessages(TERMINAL_EVENTS, SEED + 101), connect)
  await expectAlive()
  expect(await stack.api.runner.get.query({ id: runnerId })).toMatchObject({
    cols: before.cols,
    rows: before.rows,
    status: 'running',
  })
  await typeLine(stack, runnerId, 'echo "ali""ve"')
  await untilScreen(stack, runnerId, 'alive')
})

/** What a client of its own making may send: each event as it should be, but at the wrong time, order or size. */
const untimelyMessages = (clientIds: readonly string[]): [string, unknown[]][] => {
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
  return fc.sample(message, { numRuns: SOCKET_ROUNDS * 20, seed: SEED + 303 }) as [string, unknown[]][]
}

it('every event of a terminal by two who may drive, out of order and beside what belongs nowhere: the runner goes on', async () => {
  runnerId = await freshRunner()
  const clientIds = [randomUUID(), randomUUID()]
  const connect = async (clientId: string) =>
    connectRaw(stack, { clientId, ticket: (await stack.api.runner.attach.mutate({ id: runnerId })).ticket })
  const open = await Promise.all(clientIds.map(connect))
  const messages = [...untimelyMessages(clientIds), ...socketMessages(TERMINAL_EVENTS, SEED + 404)]
  for (const [index, [event, values]] of messages.entries()) {
    const who = index % open.length
    if (open[who]?.socket.disconnected) open[who] = await connect(clientIds[who] ?? '')
    open[who]?.socket.emit(event, ...values)
  }
  for (const terminal of open) terminal.close()
  await expectAlive()
  expect((await stack.api.runner.get.query({ id: runnerId })).status).toBe('running')
  // Whoever comes now has the seat, and what is typed arrives.
  const next = await connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id: runnerId })).ticket })
  next.socket.emit('takeSeat')
  next.socket.emit('input', 1, '\x15echo "ali""ve"\r')
  await untilScreen(stack, runnerId, /^alive$/m)
  next.close()
})

it('every event of an agent, with a right token and messages that are none: no crash, no change', async () => {
  runnerId = await freshRunner()
  const token = readFileSync(join(stack.home, 'keys/agent.token'), 'utf8').trim()
  const connect = () => connectRaw(stack, { token, protocol: AGENT_PROTOCOL_VERSION }, AGENT_NAMESPACE)
  // Who drove in the tests before is written down a little later, and told.
  const stateNow = await watchTables(probed.database, ['drive_spans', 'audit_events', 'audit_tip', 'outbox_events'])
  const before = await stateNow()
  await sendAll(socketMessages(AGENT_EVENTS, SEED + 202), connect)
  await expectAlive()
  await waitUntil('the local agent is still the one', async () => (await stack.pids()).agents.length === 1)
  expect(await stateNow()).toBe(before)
  await typeLine(stack, runnerId, 'echo "still""here"')
  await untilScreen(stack, runnerId, 'stillhere')
})
