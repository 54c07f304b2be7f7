import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AgentIdentity } from '@/agent/identity/identity-file'
import { joinDaemon } from '@/agent/identity/join-daemon'
import { newSigningRequest } from '@/agent/identity/signing-request'
import { homePaths } from '@/config/paths'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION, type JoinRequest } from '@/contracts/agent-protocol/messages'
import { createAuthority, issueNodeCertificate, type KeyPair } from '@/server/core/certificates/authority'
import { authoritySet, issuingAuthority } from '@/server/core/certificates/authority-set'
import { freePorts } from '../../support/free-port'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

// Refused by the agent port of a running stack: whoever shows the wrong thing, or speaks of what is another node's.

const DAY_MS = 24 * 60 * 60_000
const GENERIC = 'This join token is not valid.'

let probed: ProbedStack
let url: string
let port: number
/** A node that has joined rightly. */
let own: AgentIdentity

const mint = (name: string) => probed.stack.api.node.joinToken.mutate({ name, minutes: 5 })
const join = (token: string, nodeName: string, fingerprint: string) => joinDaemon({ url, nodeName, fingerprint, token })
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

interface Shown {
  key?: string
  certificate?: string
  nodeId?: string
  protocol?: number
}

/** Dials as an agent does, showing this. */
const dial = ({ key, certificate, nodeId = own.nodeId, protocol = AGENT_PROTOCOL_VERSION }: Shown): Socket =>
  io(`${url}${AGENT_NAMESPACE}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ca: own.authorities.join('\n'),
    ...(key === undefined ? {} : { key }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    auth: { nodeId, protocol },
  })

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

const process = { pid: 1, startTicks: 1, bootId: 'forged' }
const joinOf = (runners: JoinRequest['runners']): JoinRequest => ({
  instanceId: randomUUID(),
  version: '0.1.0',
  process,
  startedAt: Date.now(),
  node: { hostname: 'own', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 },
  providers: [],
  runners,
})

/** A certificate for the right node of this authority, for a key of ours. */
async function issuedBy(authority: KeyPair, now: Date): Promise<Shown> {
  const { key, csr } = await newSigningRequest()
  const issued = await issueNodeCertificate(authority, { nodeId: own.nodeId, csr, now, lifetimeMs: DAY_MS })
  if (issued === null) throw new Error('no certificate was made')
  return { key, certificate: issued.certificate }
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
  const { fingerprint } = used
  await expect(join(used.token, 'second', fingerprint)).rejects.toThrow(GENERIC)
  await expect(join(expired.token, 'third', fingerprint)).rejects.toThrow(GENERIC)
  await expect(join(replaced.token, 'fourth', fingerprint)).rejects.toThrow(GENERIC)
  await expect(join(other.token, 'fifth', fingerprint)).rejects.toThrow(GENERIC)
  await expect(join('svj_unknown', 'fifth', fingerprint)).rejects.toThrow(GENERIC)
  const reasons = (await actions('node.enrol_refused')).slice(before).map(({ reason }) => reason)
  expect(reasons).toEqual(['used', 'expired', 'revoked', 'other_node', 'unknown'])
  // What was refused has used nothing up.
  expect((await join(other.token, 'fourth', fingerprint)).nodeName).toBe('fourth')
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
  const request = joinOf([{ runnerId, epoch, state: 'exited', process, exit }])
  const socket = dial(own)
  try {
    await waitUntil('it is connected', () => socket.connected)
    const reply = await socket.timeout(20_000).emitWithAck('join', request)
    expect(reply).toMatchObject({ ok: true })
    const refusals = [
      await socket.timeout(20_000).emitWithAck('runnerExited', { runnerId, epoch, exit }),
      await socket
        .timeout(20_000)
        .emitWithAck('runnerStarted', { runnerId, epoch: epoch + 1, process, at: Date.now() }),
    ]
    expect(refusals.map(({ ok }) => ok)).toEqual([false, false])
    socket.emit('output', runnerId, 0, Buffer.from('forged output'))
    await waitUntil('it is audited', async () => (await actions('node.trespass')).length > 0)
    const told = await actions('node.trespass')
    expect(told).toEqual([{ nodeId: own.nodeId, event: 'join' }])
  } finally {
    socket.disconnect()
  }
  await typeLine(probed.stack, runnerId, 'echo un$((1+1))touched')
  const screen = await untilScreen(probed.stack, runnerId, 'un2touched')
  expect(screen).not.toContain('forged')
  expect(await probed.stack.api.runner.get.query({ id: runnerId })).toMatchObject({ status: 'running', epoch })
}, 90_000)

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
    expect(await socket.timeout(20_000).emitWithAck('join', joinOf([]))).toMatchObject({ ok: true })
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
    await waitUntil('it is cut', () => !socket.connected, 5_000)
  } finally {
    socket.disconnect()
  }
  expect(await outcome(own)).not.toBe('in')
}, 60_000)
