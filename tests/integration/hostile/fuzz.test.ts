import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentToDaemon } from '@/contracts/agent-protocol/events'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION } from '@/contracts/agent-protocol/messages'
import { errorCode } from '@/contracts/errors/errors'
import type { ClientToDaemon } from '@/contracts/terminal/terminal'
import { appRouter } from '@/server/trpc/app-router'
import { type KnownValues, mutatedInputs, validInputs } from '../../support/fuzz/from-schema'
import { HOSTILE_ON_SOCKETS } from '../../support/fuzz/hostile-values'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { rawRequest } from '../api/raw-http'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

/** Printed, so that a run can be repeated: `FUZZ_SEED=… vitest …`. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
/** Inputs a procedure gets of each kind. Calls take some ms each, and there are about eighty procedures. */
const VALID_INPUTS = 4
const MUTATED_INPUTS = 8
/** Rounds over all events of a socket. */
const SOCKET_ROUNDS = 12
/** What a subscription may take to answer or refuse. */
const STREAM_MS = 300
/** Memory may grow by this much after the first half of all calls: what leaks for each call doubles it. */
const MEMORY_RATIO = 1.5

/** A call that takes long, such as one that hashes, has more happening beside it. */
const REPEATS = 10

/** Codes that stand for something that is away, which is no mistake of the server. */
const AWAY = new Set(['node_unavailable', 'unavailable', 'timeout', 'provider_unavailable'])
/** Refusals that are themselves written down, by design: what somebody tried and may not, or cannot have. */
const RECORDED = new Set(['quota_exceeded', 'budget_exhausted', 'forbidden'])
/** Tables that change by themselves while runners live. */
const BUSY_TABLES = new Set(['runner_vitals', 'nodes', 'agents', 'daemon_lease', 'consumed_events', 'transcript_files'])

let probed: ProbedStack
let stack: Stack
let runnerId: string
let known: KnownValues
let pids: { web: number; daemon: number | null }
let tables: string[]

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
  const { rows } = await probed.database.query(
    `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  )
  tables = rows.map((row: { tablename: string }) => row.tablename).filter((name) => !BUSY_TABLES.has(name))
})
afterAll(() => probed.stop())

interface Procedure {
  name: string
  type: string
  input: z.ZodType
}

/** Flat at run time ('runner.launch'), nested in the types. */
function procedures(): Procedure[] {
  const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>
  return Object.entries(flat).map(([name, { _def }]) => ({
    name,
    type: _def.type,
    input: _def.inputs[0] ?? z.undefined(),
  }))
}

/** What is in the tables: how many rows, and their contents. */
async function state(): Promise<string> {
  // When a credential was last used, and when an earlier event left, is no change that a call asked for.
  const hashes = tables.map(
    (table) =>
      `(SELECT count(*) || ':' || coalesce(sum(hashtext((to_jsonb(t) - 'last_used_at' - 'last_seen_at' - 'updated_at' - 'published_at')::text)), 0) FROM "${table}" t)`,
  )
  const { rows } = await probed.database.query(
    `SELECT ${hashes.map((hash, i) => `${hash} AS "${tables[i]}"`).join(', ')}`,
  )
  return JSON.stringify(rows[0])
}

interface Answer {
  status: number
  text: string
  code: string | null
}

/** The code of ours anywhere in an answer: an error is alone, in a batch, or the message of a stream. */
const codeIn = (text: string): string | null =>
  errorCode.safeParse(/"stratavore":\{"code":"(\w+)"/.exec(text)?.[1]).data ?? null

async function call({ name, type }: Procedure, json: string | undefined): Promise<Answer> {
  const headers = { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' }
  const path = `/api/trpc/${name}`
  if (type === 'mutation') {
    const { status, text } = await rawRequest(stack.url, { method: 'POST', path, headers, body: json ?? '' })
    return { status, text, code: codeIn(text) }
  }
  const query = json === undefined ? '' : `?input=${encodeURIComponent(json)}`
  if (type === 'query') {
    const { status, text } = await rawRequest(stack.url, { path: path + query, headers })
    return { status, text, code: codeIn(text) }
  }
  // A stream goes on: what it says at first is all that is asked of it.
  let text = ''
  let status = 200
  try {
    const response = await fetch(stack.url + path + query, { headers, signal: AbortSignal.timeout(STREAM_MS) })
    status = response.status
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
  } catch {
    // Cut by ourselves.
  }
  return { status, text, code: codeIn(text) }
}

const isRefused = ({ status, code }: Answer): boolean => status >= 400 || code !== null

/** Calls; a refusal must be in our words and must have changed nothing. Returns what is wrong, or null. */
async function attempt(procedure: Procedure, json: string | undefined): Promise<string | null> {
  const before = await state()
  const answer = await call(procedure, json)
  if (!isRefused(answer)) return null
  const { status, code, text } = answer
  const told = `${status} ${text.slice(0, 300)}`
  if (code === 'internal' || (status >= 500 && !(code && AWAY.has(code)))) return `answers ${told}`
  if (status < 500 && code === null && ![413, 414, 429, 431].includes(status))
    return `refuses in foreign words: ${told}`
  if (/node_modules|\.prisma|\bat \S+ \(|SELECT |postgres/i.test(text)) return `tells of its inside: ${told}`
  if (code !== null && RECORDED.has(code)) return null
  if ((await state()) === before) return null
  // Something else may have happened beside it: what the call itself changes, it changes each time.
  for (let again = 0; again < REPEATS; again += 1) {
    const calm = await state()
    await call(procedure, json)
    if ((await state()) === calm) return null
  }
  return `refused, and changed something: ${told}`
}

const rssOf = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
const memory = () => ({ web: rssOf(pids.web), daemon: rssOf(pids.daemon ?? 0) })

async function expectAlive(): Promise<void> {
  const { web, daemon } = await stack.pids()
  expect({ web, daemon }, `seed ${SEED}`).toEqual(pids)
  const logs = ['web.log', 'daemon.log'].map((file) => readFileSync(join(stack.home, 'logs', file), 'utf8')).join('')
  expect(logs).not.toMatch(/uncaught|unhandled/i)
}

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
  expect(after.web / warm.web, `seed ${SEED}: web ${warm.web} -> ${after.web} kB`).toBeLessThan(MEMORY_RATIO)
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
const AGENT_EVENTS = {
  join: 0,
  runnerStarted: 0,
  runnerExited: 0,
  heartbeat: 0,
  output: 0,
  outputSkipped: 0,
  resized: 0,
  activity: 0,
  sessionBound: 0,
  approvalRequested: 0,
  approvalClosed: 0,
  transcriptCursors: 0,
  transcriptBatch: 0,
  transcriptMissing: 0,
  telemetry: 0,
  notice: 0,
  runnerConfined: 0,
  renewCertificate: 0,
} satisfies Record<keyof AgentToDaemon, 0>

/** Up to three arguments that do not belong there, for each event and round. */
const socketMessages = (events: object, salt: number): [string, unknown[]][] => {
  const names = fc.constantFrom(...Object.keys(events), 'nothing', 'connection')
  const values = fc.array(fc.constantFrom(...HOSTILE_ON_SOCKETS), { maxLength: 3 })
  return fc.sample(fc.tuple(names, values), { numRuns: SOCKET_ROUNDS * Object.keys(events).length, seed: SEED + salt })
}

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
  await sendAll(socketMessages(TERMINAL_EVENTS, 101), connect)
  await expectAlive()
  expect(await stack.api.runner.get.query({ id: runnerId })).toMatchObject({
    cols: before.cols,
    rows: before.rows,
    status: 'running',
  })
  await typeLine(stack, runnerId, 'echo "ali""ve"')
  await untilScreen(stack, runnerId, 'alive')
})

it('every event of an agent, with a right token and messages that are none: no crash, no change', async () => {
  runnerId = await freshRunner()
  const token = readFileSync(join(stack.home, 'keys/agent.token'), 'utf8').trim()
  const connect = () => connectRaw(stack, { token, protocol: AGENT_PROTOCOL_VERSION }, AGENT_NAMESPACE)
  const before = await state()
  await sendAll(socketMessages(AGENT_EVENTS, 202), connect)
  await expectAlive()
  await waitUntil('the local agent is still the one', async () => (await stack.pids()).agents.length === 1)
  expect(await state()).toBe(before)
  await typeLine(stack, runnerId, 'echo "still""here"')
  await untilScreen(stack, runnerId, 'stillhere')
})
