import { randomInt, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { request as requestOverTls } from 'node:https'
import { connect as connectPlainly } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from 'node:tls'
import fc from 'fast-check'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AgentIdentity } from '@/agent/identity/identity-file'
import { joinDaemon } from '@/agent/identity/join-daemon'
import { newSigningRequest } from '@/agent/identity/signing-request'
import { homePaths } from '@/config/paths'
import { ENROL_PATH, enrolProblem, enrolRequest } from '@/contracts/agent-protocol/enrolment'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION } from '@/contracts/agent-protocol/messages'
import {
  createAuthority,
  fingerprintOf,
  type Issued,
  issueNodeCertificate,
  type KeyPair,
} from '@/server/core/certificates/authority'
import { authoritySet, issuingAuthority } from '@/server/core/certificates/authority-set'
import { dialAgent, forgedProcess, joinWith, type ShownToDaemon } from '../../support/dial-agent'
import { freePorts } from '../../support/free-port'
import { mutatedInputs } from '../../support/fuzz/from-schema'
import { HOSTILE_JSON } from '../../support/fuzz/hostile-values'
import { AGENT_EVENTS, socketMessages } from '../../support/fuzz/socket-messages'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'
import { connectRaw } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { watchTables } from '../hostile/table-state'
import { expectUnhurt } from '../hostile/unhurt'

// Refused by the agent port of a running stack: whoever shows the wrong thing, or speaks of what is another node's.

const DAY_MS = 24 * 60 * 60_000
/** What opens nothing any more is cut within this time. */
const CUT_WITHIN_MS = 5_000
/** Time enough to connect. */
const SHORT_LIFE_MS = 8_000
/** Bodies made for the exchange that joins a machine: it hears sixty requests a minute, of all addresses together. */
const JUDGED_BODIES = 24
const GENERIC = 'This join token is not valid.'

let probed: ProbedStack
let url: string
let port: number
/** A node that has joined rightly. */
let own: AgentIdentity

const mint = (name: string) => probed.stack.api.node.joinToken.mutate({ name, minutes: 5 })
const join = (token: string, nodeName: string, fingerprint: string) => joinDaemon({ url, nodeName, fingerprint, token })

/** Asks the agent port, with whatever. What it answers, as it is on the wire but for when it was sent. */
function askToEnrol({
  body,
  method = 'POST',
  type = 'application/json',
  path = ENROL_PATH,
  from,
}: {
  body: string | Buffer
  method?: string
  type?: string
  path?: string
  /** One of this machine's own addresses. */
  from?: string
}): Promise<{ status: number; wire: string; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type }
    const outgoing = requestOverTls(
      `${url}${path}`,
      // The fingerprint is judged elsewhere, and the authority is replaced by the last tests.
      { method, headers, rejectUnauthorized: false, ...(from === undefined ? {} : { localAddress: from }) },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        response.once('end', () => {
          const { date: _, ...rest } = response.headers
          const status = response.statusCode ?? 0
          resolve({ status, wire: JSON.stringify([status, response.statusMessage, rest, text]), text })
        })
      },
    )
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** The answer to a token. */
async function enrolled(token: string, name: string) {
  const { csr } = await newSigningRequest()
  return askToEnrol({ body: JSON.stringify({ token, name, csr }) })
}

const actions = async (action: string) =>
  (await probed.database.query(`SELECT data FROM audit_events WHERE action = $1 ORDER BY seq`, [action])).rows.map(
    ({ data }) => data,
  )

beforeAll(async () => {
  const [agentPort = 0] = await freePorts(1)
  port = agentPort
  url = `https://127.0.0.1:${port}`
  probed = await startProbedStack({
    env: {
      STRATAVORE_AGENT_PORT: `${port}`,
      STRATAVORE_AGENT_HOST: '127.0.0.1',
      STRATAVORE_AGENT_NAMES: '127.0.0.1',
    },
  })
  const { token, fingerprint } = await mint('own')
  own = await join(token, 'own', fingerprint)
})
afterAll(() => probed?.stop())

type Shown = Partial<ShownToDaemon>

/** Dials as an agent does, showing this. */
const dial = (shown: Shown): Socket => dialAgent(url, own.authorities, { nodeId: own.nodeId, ...shown })

/** `in`, or with which words it was refused. */
function outcome(shown: Shown): Promise<string> {
  const socket = dial(shown)
  return new Promise((resolve) => {
    const over = (how: string) => {
      resolve(how)
      socket.disconnect()
    }
    socket.once('connect', () => over('in'))
    socket.once('connect_error', (error) => over(error.message))
  })
}

/** A certificate for the right node of this authority, for a key of ours. */
async function issuedBy(
  authority: KeyPair,
  now: Date,
  lifetimeMs = DAY_MS,
  nodeId = own.nodeId,
): Promise<Shown & Issued> {
  const { key, csr } = await newSigningRequest()
  const issued = await issueNodeCertificate(authority, { nodeId, csr, now, lifetimeMs })
  if (issued === null) throw new Error('no certificate was made')
  return { key, nodeId, ...issued }
}

/** One that this installation knows to have given out, for as long as no setting has it. */
async function givenOut(now: Date, lifetimeMs: number, nodeId?: string): Promise<Shown & Issued> {
  const authority = ownAuthority()
  const issued = await issuedBy(authority, now, lifetimeMs, nodeId)
  await probed.database.query(
    'INSERT INTO node_certificates (serial, node_id, authority, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
    [issued.serial, issued.nodeId, await fingerprintOf(authority.certificate), now, issued.expiresAt],
  )
  return issued
}

const ownAuthority = () =>
  issuingAuthority(authoritySet.parse(JSON.parse(readFileSync(homePaths(probed.stack.home).agentAuthorities, 'utf8'))))

it('lets in who shows the certificate it was given', async () => {
  expect(await outcome(own)).toBe('in')
})

it('mTLS: plaintext → refused', async () => {
  const answer = await new Promise<string>((resolve) => {
    const request = get(`http://127.0.0.1:${port}/socket.io/`, (response) => resolve(`answered ${response.statusCode}`))
    request.once('error', (error) => resolve(`error ${(error as NodeJS.ErrnoException).code}`))
  })
  expect(answer).toMatch(/^error /)
})

it('mTLS: no certificate → refused', async () => {
  expect(await outcome({})).toBe('websocket error')
})

it('mTLS: wrong CA → refused', async () => {
  const now = new Date()
  expect(await outcome(await issuedBy(await createAuthority(now), now))).toBe('websocket error')
})

it('mTLS: expired → refused', async () => {
  expect(await outcome(await issuedBy(ownAuthority(), new Date(Date.now() - 3 * DAY_MS)))).toBe('websocket error')
})

it('a certificate that this installation signed and never gave out → refused', async () => {
  expect(await outcome(await issuedBy(ownAuthority(), new Date()))).toBe('This certificate is not valid.')
})

it("mTLS: another node's name → refused", async () => {
  expect(await outcome({ ...own, nodeId: randomUUID() })).toBe('This certificate is for another node.')
})

it.each([0, AGENT_PROTOCOL_VERSION + 1])('protocol version %i → named refusal', async (protocol) => {
  expect(await outcome({ ...own, protocol })).toMatch(new RegExp(`protocol ${protocol} is not spoken here`))
})

it('a join token reused, expired, replaced, unknown or for another node → one generic 401, audited with its reason', async () => {
  const used = await mint('second')
  await join(used.token, 'second', used.fingerprint)
  const expired = await mint('third')
  await probed.database.query(`UPDATE join_tokens SET expires_at = now() - interval '1 minute' WHERE id = $1`, [
    expired.id,
  ])
  const replaced = await mint('fourth')
  const other = await mint('fourth')
  const before = (await actions('node.enrol_refused')).length
  const answers = [
    await enrolled(used.token, 'second'),
    await enrolled(expired.token, 'third'),
    await enrolled(replaced.token, 'fourth'),
    await enrolled(other.token, 'fifth'),
    await enrolled('svj_unknown', 'fifth'),
  ]
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  expect(enrolProblem.parse(JSON.parse(answers[0]?.text ?? ''))).toMatchObject({ error: GENERIC })
  expect(new Set(answers.map(({ wire }) => wire)).size).toBe(1)
  const reasons = (await actions('node.enrol_refused')).slice(before).map(({ reason }) => reason)
  expect(reasons).toEqual(['used', 'expired', 'revoked', 'other_node', 'unknown'])
  // What was refused has used nothing up, and the agent tells its person the same.
  await expect(join(used.token, 'second', used.fingerprint)).rejects.toThrow(GENERIC)
  expect((await join(other.token, 'fourth', used.fingerprint)).nodeName).toBe('fourth')
})

it('a daemon with another authority than the token came with is told nothing', async () => {
  const { token } = await mint('sixth')
  await expect(join(token, 'sixth', `sha256:${'0'.repeat(64)}`)).rejects.toThrow(
    /is not the daemon of this fingerprint/,
  )
})

it("an agent writing to another node's runner → refused, audited, and nothing happens to it", async () => {
  const { name: project } = await createProject(probed.stack)
  const { id: runnerId } = await launchRunning(probed.stack, { project, provider: 'shell' })
  const { epoch } = await probed.stack.api.runner.get.query({ id: runnerId })
  const exit = { exitCode: 0, signal: null, reason: null, lastLines: 'forged', outputEnd: 0, at: Date.now() }
  const request = joinWith([{ runnerId, epoch, state: 'exited', process: forgedProcess, exit }])
  const socket = dial(own)
  try {
    await waitUntil('it is connected', () => socket.connected)
    const reply = await socket.timeout(20_000).emitWithAck('join', request)
    expect(reply).toMatchObject({ ok: true })
    const refusals = [
      await socket.timeout(20_000).emitWithAck('runnerExited', { runnerId, epoch, exit }),
      await socket
        .timeout(20_000)
        .emitWithAck('runnerStarted', { runnerId, epoch: epoch + 1, process: forgedProcess, at: Date.now() }),
    ]
    expect(refusals.map(({ ok }) => ok)).toEqual([false, false])
    // Spelled otherwise it is the same runner; and what nobody knows is not its own either.
    const runner = { runnerId: runnerId.toUpperCase(), epoch }
    const vitals = { ...runner, cpuPercent: 99, memoryBytes: 2 ** 40, activity: 'idle', processCount: 1 }
    const node = { loadAverage: 0, freeMemoryBytes: 1, providers: [] }
    socket.emit('heartbeat', { instanceId: request.instanceId, seq: 2 ** 40, ...node, runners: [vitals] })
    const question = {
      ...{ approvalId: randomUUID(), providerSessionId: 's', subagentId: null, kind: 'tool', toolName: 'forged' },
      ...{ toolInput: {}, suggestions: [], summary: 'forged', at: Date.now() },
    }
    for (const target of [runner, { runnerId: randomUUID(), epoch }])
      expect(await socket.timeout(20_000).emitWithAck('approvalRequested', { ...target, ...question })).toMatchObject({
        ok: false,
        code: 'not_found',
      })
    expect(await probed.stack.api.approval.list.query({ runnerId })).toEqual([])
    socket.emit('output', runnerId, 0, Buffer.from('forged output'))
    // Asked for a picture of a runner of its own, it shows another's beside it.
    const mine = randomUUID()
    await probed.database.query(
      `INSERT INTO runners (id, project_id, node_id, provider, status, desired, cwd)
       SELECT $1, project_id, $2, provider, 'terminated', 'terminated', cwd FROM runners WHERE id = $3`,
      [mine, own.nodeId, runnerId],
    )
    const picture = (of: string) => ({ runnerId: of, version: 'forged', cols: 1, lines: [`picture of ${of}`] })
    socket.on('thumbnails', (_question, answer) => answer({ ok: true, thumbnails: [picture(runnerId), picture(mine)] }))
    const { thumbnails } = await probed.stack.api.runner.thumbnails.query({ seen: { [mine]: null } })
    expect(thumbnails).toEqual([picture(mine)])
    await waitUntil('it is audited', async () => (await actions('node.trespass')).length > 0)
    const told = await actions('node.trespass')
    expect(told).toEqual([{ nodeId: own.nodeId, event: 'join' }])
  } finally {
    socket.disconnect()
  }
  await typeLine(probed.stack, runnerId, 'echo un$((1+1))touched')
  const screen = await untilScreen(probed.stack, runnerId, 'un2touched')
  expect(screen).not.toContain('forged')
  const row = await probed.stack.api.runner.get.query({ id: runnerId })
  expect(row).toMatchObject({ status: 'running', epoch })
  expect(row.memoryBytes).toBeLessThan(2 ** 40)
  await probed.stack.api.runner.stop.mutate({ id: runnerId, force: true })
  await untilStatus(probed.stack, runnerId, ['terminated'])
}, 90_000)

it('a joined agent that sends what is no message of one → no crash, no change, and it joins again', async () => {
  const seed = randomInt(2 ** 31)
  const { web, daemon } = await probed.stack.pids()
  const joined = async (): Promise<Socket> => {
    const socket = dial(own)
    await waitUntil('it is connected', () => socket.connected)
    expect(await socket.timeout(20_000).emitWithAck('join', joinWith([]))).toMatchObject({ ok: true })
    return socket
  }
  let socket = await joined()
  // That it tried is written down; nothing else may change.
  const state = await watchTables(probed.database, ['audit_events', 'audit_tip', 'outbox_events'])
  const before = await state()
  for (const [event, values] of socketMessages(AGENT_EVENTS, seed)) {
    if (socket.disconnected) socket = await joined()
    socket.emit(event, ...values)
  }
  // What it sent is judged in order: an answer to the last says that all of it was.
  if (socket.disconnected) socket = await joined()
  const again = await socket.timeout(20_000).emitWithAck('join', joinWith([]))
  expect(again, `seed ${seed}`).toEqual({ ok: false, error: 'this connection has joined already' })
  socket.disconnect()
  expect(await state(), `seed ${seed}`).toBe(before)
  const now = await probed.stack.pids()
  expect({ web: now.web, daemon: now.daemon }, `seed ${seed}`).toEqual({ web, daemon })
  expect(readFileSync(`${probed.stack.home}/logs/daemon.log`, 'utf8')).not.toMatch(/uncaught|unhandled/i)
  ;(await joined()).disconnect()
}, 90_000)

it('a stranger whose connections say nothing → has thirty-two for ten seconds; agents come in all the same', async () => {
  const from = { host: '127.0.0.1', port, localAddress: '127.0.0.2' }
  const silent = Array.from({ length: 48 }, () => connectPlainly(from))
  for (const socket of silent) socket.on('error', () => undefined).resume()
  try {
    await waitUntil('sixteen of them are closed', () => silent.filter(({ closed }) => closed).length === 16, 5_000)
    const socket = dial(own)
    await waitUntil('an agent is connected beside them', () => socket.connected)
    socket.disconnect()
    expect(silent.filter(({ closed }) => closed)).toHaveLength(16)
  } finally {
    for (const socket of silent) socket.destroy()
  }
})

/** A session of TLS with the port, to be taken up again by connections without a certificate. */
async function sessionOfStranger(): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  const session = await new Promise<Buffer>((resolve, reject) => {
    socket.once('session', resolve).once('error', reject).resume()
  })
  socket.destroy()
  return session
}

it.each([
  ['anew', async () => ({})],
  ['by a session of before', async () => ({ session: await sessionOfStranger() })],
])(
  'a stranger who opens connections without a certificate, %s → has eight; agents come in all the same',
  async (_how, prepare) => {
    const how = await prepare()
    const strangers = Array.from({ length: 12 }, () =>
      connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...how }),
    )
    for (const socket of strangers) socket.on('error', () => undefined).resume()
    try {
      await waitUntil('four of them are closed', () => strangers.filter(({ closed }) => closed).length === 4, 5_000)
      const socket = dial(own)
      await waitUntil('an agent is connected beside them', () => socket.connected)
      socket.disconnect()
      expect(strangers.filter(({ closed }) => closed)).toHaveLength(4)
      expect(strangers.some((stranger) => stranger.isSessionReused())).toBe('session' in how)
    } finally {
      for (const socket of strangers) socket.destroy()
    }
  },
)

/** Connections that show this certificate and say nothing. */
function openSilently({ key, certificate }: Shown, count: number) {
  const opened = Array.from({ length: count }, () =>
    connect({ host: '127.0.0.1', port, rejectUnauthorized: false, key, cert: certificate }),
  )
  for (const socket of opened) socket.on('error', () => undefined).resume()
  return {
    closed: () => opened.filter(({ closed }) => closed).length,
    end: () => {
      for (const socket of opened) socket.destroy()
    },
  }
}

it('a node that opens connections without end → has four; other nodes come in all the same', async () => {
  const { rows } = await probed.database.query(`SELECT id FROM nodes WHERE kind = 'local'`)
  const crowd = await givenOut(new Date(), DAY_MS, rows[0]?.id)
  const opened = openSilently(crowd, 12)
  try {
    await waitUntil('eight of them are closed', () => opened.closed() === 8, 5_000)
    expect(await outcome(own)).toBe('in')
    expect(await outcome(crowd)).toBe('websocket error')
    expect(opened.closed()).toBe(8)
  } finally {
    opened.end()
  }
  await waitUntil('it comes in itself, once they are gone', async () => (await outcome(crowd)) === 'in')
})

it('a revoked node that opens connections without end → has one, and is told why', async () => {
  const revoked = await givenOut(new Date(), DAY_MS)
  await probed.stack.api.certificate.revoke.mutate({ serial: revoked.serial })
  await waitUntil('the port knows it for revoked', async () => {
    const two = openSilently(revoked, 2)
    try {
      return await waitUntil('one of two is closed', () => two.closed() === 1, 500).then(
        () => true,
        () => false,
      )
    } finally {
      two.end()
    }
  })
  const opened = openSilently(revoked, 12)
  try {
    await waitUntil('eleven of them are closed', () => opened.closed() === 11, 5_000)
    expect(await outcome(own)).toBe('in')
    expect(opened.closed()).toBe(11)
  } finally {
    opened.end()
  }
  await waitUntil('it is told', async () => (await outcome(revoked)) === 'This certificate was revoked.')
})

it('a connected agent whose certificate is revoked by its serial → cut within five seconds, and refused; another of that node is not', async () => {
  const now = new Date()
  const [revoked, kept] = [await givenOut(now, DAY_MS), await givenOut(now, DAY_MS)]
  const sockets = [dial(revoked), dial(kept)]
  try {
    await waitUntil('both are connected', () => sockets.every((socket) => socket.connected))
    await probed.stack.api.certificate.revoke.mutate({ serial: revoked.serial })
    await waitUntil('it is cut', () => !sockets[0]?.connected, CUT_WITHIN_MS)
    expect(sockets[1]?.connected).toBe(true)
    expect(await outcome(revoked)).toBe('This certificate was revoked.')
    expect(await outcome(kept)).toBe('in')
  } finally {
    for (const socket of sockets) socket.disconnect()
  }
})

it('a certificate that ends while its agent is connected → cut within five seconds of its end, and refused by TLS', async () => {
  const shown = await givenOut(new Date(), SHORT_LIFE_MS)
  const socket = dial(shown)
  try {
    await waitUntil('it is connected', () => socket.connected)
    expect(Date.now(), 'it was let in before its end').toBeLessThan(shown.expiresAt.getTime())
    await waitUntil('it is cut', () => !socket.connected, SHORT_LIFE_MS + CUT_WITHIN_MS)
    expect(Date.now()).toBeGreaterThanOrEqual(shown.expiresAt.getTime())
    expect(Date.now() - shown.expiresAt.getTime()).toBeLessThan(CUT_WITHIN_MS)
  } finally {
    socket.disconnect()
  }
  expect(await outcome(shown)).toBe('websocket error')
}, 30_000)

it("whoever is connected by a copy of the local agent's token → cut within five seconds of its rotation; the agent goes on", async () => {
  const { stack } = probed
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const { agents } = await stack.pids()
  const token = readFileSync(homePaths(stack.home).agentToken, 'utf8').trim()
  const byCopy = () => connectRaw(stack, { token, protocol: AGENT_PROTOCOL_VERSION }, AGENT_NAMESPACE)
  const copy = await byCopy()
  expect(copy.socket.connected).toBe(true)
  expect(await stack.api.node.rotate.mutate({ node: 'local' })).toEqual({ revoked: 1 })
  await waitUntil('it is cut', () => !copy.socket.connected, CUT_WITHIN_MS)
  expect((await byCopy()).refusal()).toBe('This agent token was revoked.')
  // The agent itself was cut too, and came back with the new token: the same process, with its runner.
  await waitUntil('the agent is told of its cut', () =>
    /the credential of an agent is valid no more/.test(readFileSync(`${stack.home}/logs/daemon.log`, 'utf8')),
  )
  await waitUntil(
    'the agent is back',
    async () => JSON.stringify((await stack.pids()).agents) === JSON.stringify(agents),
  )
  await typeLine(stack, id, 'echo "still""here"')
  await untilScreen(stack, id, 'stillhere')
  await stack.api.runner.stop.mutate({ id, force: true })
}, 60_000)

it('an agent that was away while the authority was rotated → told to renew as soon as it joins', async () => {
  await probed.stack.api.certificate.rotate.mutate({ overlapDays: 1 })
  const socket = dial(own)
  let told = 0
  socket.on('renewNow', () => {
    told += 1
  })
  try {
    await waitUntil('it is connected', () => socket.connected)
    // Whoever is connected at the rotation is told of it by another way: that is over.
    await delay(3_000)
    expect(told).toBe(0)
    expect(await socket.timeout(20_000).emitWithAck('join', joinWith([]))).toMatchObject({ ok: true })
    await waitUntil('it is told', () => told > 0)
  } finally {
    socket.disconnect()
  }
}, 60_000)

it('an agent of an authority that is trusted no more → cut within five seconds, and refused', async () => {
  const socket = dial(own)
  try {
    await waitUntil('it is connected', () => socket.connected)
    await probed.stack.api.certificate.rotate.mutate({ overlapDays: 0 })
    await waitUntil('it is cut', () => !socket.connected, CUT_WITHIN_MS)
  } finally {
    socket.disconnect()
  }
  expect(await outcome(own)).not.toBe('in')
}, 60_000)

/** Requests to join that are none: by their body, or by all else. Every one with the status it may be answered with. */
function garbage(seed: number): { asked: Parameters<typeof askToEnrol>[0]; may: number[] }[] {
  const draw = (arbitrary: fc.Arbitrary<unknown>, numRuns: number) => fc.sample(arbitrary, { numRuns, seed })
  const bodies = [
    ...draw(mutatedInputs(enrolRequest, {}), JUDGED_BODIES).map((value) => JSON.stringify(value) ?? ''),
    ...['', '{', 'null', '[]', '"x"', '{"token":', '\0\0', '{"__proto__":{"token":"x"}}'],
    Buffer.from([0xff, 0xfe, 0x7b]),
  ].map((body) => ({ asked: { body }, may: [400, 401, 413] }))
  const hostile = HOSTILE_JSON.map((value) => JSON.stringify(value))
  return [
    ...bodies,
    ...hostile.flatMap((body) => [
      { asked: { body, method: 'PUT' }, may: [405] },
      { asked: { body, type: 'text/plain' }, may: [415] },
      {
        asked: { body, path: `${ENROL_PATH}/${encodeURIComponent(body.slice(0, 200))}` },
        may: [404],
      },
    ]),
  ]
}

it('/enrol asked for with what is no request to join → refused in words, nothing changed, and a right token still joins', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
  const { web, daemon } = await probed.stack.pids()
  const { token, fingerprint } = await mint('after-the-garbage')
  // That a machine was refused is written down; nothing else may change.
  const state = await watchTables(probed.database, ['audit_events', 'audit_tip', 'outbox_events'])
  const before = await state()
  const problems: string[] = []
  let judged = 0
  for (const [index, { asked, may }] of garbage(seed).entries()) {
    // Each address may try ten times a minute: from one alone most would not be looked at.
    const { status, text } = await askToEnrol({ ...asked, from: `127.0.0.${2 + Math.floor(index / 9)}` })
    if (!may.includes(status)) problems.push(`${status} ${text} for ${JSON.stringify(asked).slice(0, 300)}`)
    if (asked.body !== undefined && status !== 429) judged += 1
  }
  expect(problems.join('\n'), `FUZZ_SEED=${seed}`).toBe('')
  expect(judged).toBeGreaterThan(JUDGED_BODIES)
  expect(await state(), `FUZZ_SEED=${seed}`).toBe(before)
  await expectUnhurt(probed.stack, { web, daemon }, `FUZZ_SEED=${seed}`)
  expect((await join(token, 'after-the-garbage', fingerprint)).nodeName).toBe('after-the-garbage')
}, 60_000)
