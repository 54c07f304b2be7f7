import { mkdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '@/tests/support/free-port'
import { launchRunning, typeLine, untilScreen, untilStatus } from '@/tests/support/launch'
import { createNetworkNamespace, type NetworkNamespace } from '@/tests/support/network-namespace'
import { processesOf, signal } from '@/tests/support/processes'
import { type RemoteAgent, startRemoteAgent } from '@/tests/support/remote-agent'
import { type Stack, startStack } from '@/tests/support/stack'
import { waitUntil } from '@/tests/support/wait-until'

const NODE = 'far'

let network: NetworkNamespace
let stack: Stack
let port: number
let url: string
let dir: string
const agents: RemoteAgent[] = []

const start = (options: Parameters<typeof startRemoteAgent>[0]): RemoteAgent => {
  const agent = startRemoteAgent(options)
  agents.push(agent)
  return agent
}
const nodeOf = async (name: string) => (await stack.api.node.list.query()).find((node) => node.name === name)
const untilOnline = (online: boolean, timeoutMs = 30_000) =>
  waitUntil(
    `${NODE} is ${online ? 'online' : 'offline'}`,
    async () => (await nodeOf(NODE))?.online === online,
    timeoutMs,
  )
const serials = async () =>
  (await stack.api.certificate.list.query()).filter(({ node }) => node === NODE).map(({ serial }) => serial)

beforeAll(async () => {
  network = await createNetworkNamespace()
  const [agentPort = 0] = await freePorts(1)
  port = agentPort
  url = `https://${network.hostAddress}:${port}`
  stack = await startStack({
    env: { STRATAVORE_AGENT_PORT: `${port}`, STRATAVORE_AGENT_NAMES: network.hostAddress },
  })
  dir = join(dirname(stack.home), 'far')
})

afterAll(async () => {
  for (const agent of agents) await agent.kill()
  if (dir) for (const { pid } of processesOf(dir)) signal(pid, 'SIGKILL')
  await stack?.stop()
  network?.remove()
})

it('joins from another network by one command, runs a shell, and outlives a restart of the daemon', async () => {
  const token = await stack.api.node.joinToken.mutate({ name: NODE, minutes: 5 })
  expect(token.command).toContain(`--join ${url} --node ${NODE} --ca ${token.fingerprint} --token-file -`)
  const agent = start({ dir, join: { ...token, url }, inside: network.inside })
  await untilOnline(true).catch((error: unknown) => {
    throw new Error(`it does not join:\n${agent.output()}`, { cause: error })
  })
  expect(await nodeOf(NODE)).toMatchObject({ kind: 'remote', draining: false })

  // The token is used up; whoever has it now is told nothing else than for a wrong one.
  const again = start({ dir: join(dir, 'again'), join: { ...token, url }, inside: network.inside })
  expect(await again.ended).toBe(4)
  expect(again.output()).toContain('This join token is not valid.')

  const place = join(dir, 'project')
  mkdirSync(place)
  await expect(
    stack.api.project.create.mutate({
      name: 'far-off',
      node: NODE,
      path: join(place, 'none'),
      defaultProvider: 'shell',
    }),
  ).rejects.toThrow(/does not exist on this node/)
  await stack.api.project.create.mutate({ name: 'far-off', node: NODE, path: place, defaultProvider: 'shell' })
  const { id } = await launchRunning(stack, { project: 'far-off' })
  await typeLine(stack, id, 'echo in-$(pwd | wc -c)-$(ip -o addr 2>/dev/null | grep -c stvo)')
  await untilScreen(stack, id, `in-${realpathSync(place).length + 1}-0`)

  const { daemon } = await stack.pids()
  if (daemon === null) throw new Error('the daemon does not answer')
  signal(daemon, 'SIGKILL')
  await waitUntil(
    'another daemon leads',
    async () => {
      const pids = await stack.pids()
      return pids.daemon !== null && pids.daemon !== daemon
    },
    45_000,
  )
  await untilOnline(true)
  expect((await stack.api.runner.get.query({ id })).status).toBe('running')
  await typeLine(stack, id, 'echo still-$((40 + 2))')
  await untilScreen(stack, id, 'still-42', 30_000)
}, 180_000)

it('has its certificate renewed over the live connection when the authority is rotated, and both are trusted', async () => {
  const before = await serials()
  const authorities = await stack.api.certificate.rotate.mutate({ overlapDays: 1 })
  expect(authorities.map(({ trustedUntil }) => trustedUntil === null)).toEqual([false, true])
  await waitUntil('a certificate of the new authority', async () => {
    const newest = (await stack.api.certificate.list.query()).find(({ node }) => node === NODE)
    return newest !== undefined && newest.authority === authorities[1]?.fingerprint
  })
  expect((await serials()).length).toBe(before.length + 1)
  expect((await nodeOf(NODE))?.online).toBe(true)

  // The certificate of before goes; the connection lives on the new one.
  for (const serial of before) await stack.api.certificate.revoke.mutate({ serial })
  await typeRound('on-the-new-one')
}, 90_000)

it('is cut within five seconds when it is revoked, and does not come back', async () => {
  await untilOnline(true)
  const agentsBefore = (await nodeOf(NODE))?.agents.length
  expect(agentsBefore).toBe(1)
  const startedMs = performance.now()
  await expect(stack.api.node.revoke.mutate({ node: NODE, confirmName: 'other' })).rejects.toThrow(/confirmName/)
  const { revoked } = await stack.api.node.revoke.mutate({ node: NODE, confirmName: NODE })
  expect(revoked).toBeGreaterThan(0)
  await untilOnline(false, 5_000)
  process.stdout.write(`cut ${Math.round(performance.now() - startedMs)} ms after the revocation\n`)
  const agent = agents[0]
  const seen = agent?.output().length ?? 0
  await waitUntil('it is refused when it comes back', () => /is not valid/.test(agent?.output().slice(seen) ?? ''))
  expect((await nodeOf(NODE))?.online).toBe(false)
}, 60_000)

/** Types into the node's runner and sees what comes. */
async function typeRound(word: string): Promise<void> {
  const [runner] = await stack.api.runner.list.query({ project: 'far-off' })
  if (runner === undefined) throw new Error('the runner is gone')
  await untilStatus(stack, runner.id, ['running'])
  await typeLine(stack, runner.id, `echo ${word}-$((1 + 1))`)
  await untilScreen(stack, runner.id, `${word}-2`, 30_000)
}
