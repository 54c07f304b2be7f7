import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachTerminal } from '@/tests/support/attached-terminal'
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

it('is attached to, read, recorded and replayed as a runner of this machine, from over there', async () => {
  await untilOnline(true)
  const { id } = await launchRunning(stack, { project: 'far-off' })
  const terminal = await attachTerminal(stack, id, { size: { cols: 90, rows: 25 } })
  terminal.send('echo seen-$((20 + 1)); stty size\r')
  await terminal.sees('seen-21')
  await terminal.sees('25 90')
  expect(terminal.state()).toMatchObject({ phase: 'attached', role: 'driver' })

  const { dataBase64 } = await stack.api.runner.logs.query({ id, from: 0, limit: 64 * 1024 })
  expect(Buffer.from(dataBase64, 'base64').toString()).toContain('seen-21')
  const told = await stack.cli(['logs', id])
  expect([told.code, told.stdout]).toEqual([0, expect.stringContaining('seen-21')])

  // Its recording is on that machine's disk, and on no other.
  const recordings = join(dir, 'agent')
  const [life] = (await stack.api.recording.info.query({ id })).lives
  expect(life).toMatchObject({ epoch: 1, growing: true })
  const page = await stack.api.recording.read.query({ id, epoch: 1 })
  const output = page.events.flatMap(([, code, text]) => (code === 'o' ? [text] : [])).join('')
  expect(output).toContain('seen-21')
  expect((await stack.api.recording.search.query({ id, epoch: 1, text: 'SEEN-21' })).hits.length).toBeGreaterThan(0)
  expect(findNamed(recordings, `${id}.1`)).toHaveLength(1)
  expect(findNamed(stack.home, `${id}.1`)).toEqual([])
  const cast = join(dirname(stack.home), 'far.cast')
  expect((await stack.cli(['export', id, '--cast', cast])).code).toBe(0)
  expect(readFileSync(cast, 'utf8')).toContain('seen-21')

  const drives = await stack.api.runner.drivers.query({ id })
  expect(drives).toMatchObject([{ userName: 'owner', endedAt: null }])
  terminal.close()
  await stack.api.runner.stop.mutate({ id })
  await untilStatus(stack, id, ['terminated'])
  // What ended is still there to be read.
  expect((await stack.api.runner.screen.query({ id })).text).toContain('seen-21')
}, 120_000)

it('records what is typed where the project says so, without secrets, and says it to whoever drives', async () => {
  await stack.api.project.setVariable.mutate({ project: 'far-off', name: 'DEPLOY_TOKEN', value: 'planted-canary-7' })
  await stack.api.project.update.mutate({ project: 'far-off', recordsInput: true })
  const { id } = await launchRunning(stack, { project: 'far-off' })
  expect(await stack.api.runner.get.query({ id })).toMatchObject({ inputRecorded: true })
  const terminal = await attachTerminal(stack, id)
  await waitUntil('the driver is told', () => terminal.state().presence.inputRecorded)
  for (const key of 'echo typed planted-canary-7') terminal.send(key)
  terminal.send('; echo over-$((1 + 1))\r')
  await terminal.sees('over-2')
  const typed = await waitUntil('it is recorded', async () => {
    const { events } = await stack.api.recording.read.query({ id, epoch: 1 })
    const text = events.flatMap(([, code, part]) => (code === 'i' ? [part] : [])).join('')
    return text.includes('over') && text
  })
  expect(typed).toBe('echo typed [redacted]; echo over-$((1 + 1))\r')
  terminal.close()
  await stack.api.project.update.mutate({ project: 'far-off', recordsInput: false })
  // It is said of each life what holds for it.
  expect(await stack.api.runner.get.query({ id })).toMatchObject({ inputRecorded: true })
  const later = await launchRunning(stack, { project: 'far-off' })
  expect(await stack.api.runner.get.query({ id: later.id })).toMatchObject({ inputRecorded: false })
  const quiet = await attachTerminal(stack, later.id)
  quiet.send('echo un""recorded\r')
  await quiet.sees('unrecorded')
  expect(quiet.state().presence.inputRecorded).toBe(false)
  const { events } = await stack.api.recording.read.query({ id: later.id, epoch: 1 })
  expect(events.filter(([, code]) => code === 'i')).toEqual([])
  quiet.close()
  for (const each of [id, later.id]) await stack.api.runner.stop.mutate({ id: each, force: true })
}, 120_000)

it('launches in the directory of its own disk, judged there, and in none that is only here', async () => {
  const here = join(dirname(stack.home), 'only-here')
  mkdirSync(here)
  const link = join(dir, 'link')
  symlinkSync(join(dir, 'project'), link)
  const input = { node: NODE, defaultProvider: 'shell' } as const
  await stack.api.project.create.mutate({ ...input, name: 'by-a-link', path: link })
  const { path } = await stack.api.project.get.query({ project: 'by-a-link' })
  expect(path).toBe(realpathSync(join(dir, 'project')))
  for (const kernel of ['/proc/self', '/proc'])
    await expect(stack.api.project.create.mutate({ ...input, name: 'kernel', path: kernel })).rejects.toThrow()
  const { id } = await launchRunning(stack, { project: 'by-a-link' })
  await typeLine(stack, id, 'echo "at=$(pwd -P)="')
  await untilScreen(stack, id, `at=${path}=`)
  await stack.api.runner.stop.mutate({ id, force: true })
}, 60_000)

it('takes no new runners while it drains; those that run go on', async () => {
  await typeRound('before-the-drain')
  await stack.api.node.drain.mutate({ node: NODE, draining: true })
  await expect(stack.api.runner.launch.mutate({ project: 'far-off' })).rejects.toMatchObject({
    data: { stratavore: { code: 'node_unavailable' } },
  })
  await typeRound('while-it-drains')
  expect(await nodeOf(NODE)).toMatchObject({ online: true, draining: true })
  await stack.api.node.drain.mutate({ node: NODE, draining: false })
  const { id } = await launchRunning(stack, { project: 'far-off' })
  await stack.api.runner.stop.mutate({ id, force: true })
}, 60_000)

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
  await waitUntil('it is refused when it comes back', () => /was revoked/.test(agent?.output().slice(seen) ?? ''))
  expect((await nodeOf(NODE))?.online).toBe(false)
}, 60_000)

/** Entries of this name below a directory. */
const findNamed = (directory: string, name: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (path) => basename(path) === name && dirname(path).endsWith('recordings'),
  )

/** Types into the node's runner and sees what comes. */
async function typeRound(word: string): Promise<void> {
  const runners = await stack.api.runner.list.query({ project: 'far-off' })
  const runner = runners.find(({ status }) => status === 'running')
  if (runner === undefined) throw new Error('the runner is gone')
  await untilStatus(stack, runner.id, ['running'])
  await typeLine(stack, runner.id, `echo ${word}-$((1 + 1))`)
  await untilScreen(stack, runner.id, `${word}-2`, 30_000)
}
