import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createApi } from '@/cli/api-client'
import type { Drive } from '@/contracts/drive/drive'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import { signal } from '../../support/processes'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { addUser } from '../hostile/other-user'

// One of them waits until another daemon leads.
vi.setConfig({ testTimeout: 120_000 })

let probed: ProbedStack
let stack: Stack
let project: { name: string; id: string }
const open: RawTerminal[] = []
beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  const { name } = await createProject(stack)
  project = await stack.api.project.get.query({ project: name })
})
afterAll(async () => {
  for (const terminal of open) terminal.close()
  await probed.stop()
})

const run = async () => (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
const driversOf = (id: string) => stack.api.runner.drivers.query({ id })
const untilDrivers = (id: string, what: string, holds: (drives: Drive[]) => boolean, timeoutMs?: number) =>
  waitUntil(
    what,
    async () => {
      const drives = await driversOf(id)
      return holds(drives) && drives
    },
    timeoutMs,
  )

/** Attaches with this token. */
async function attach(token: string, id: string): Promise<RawTerminal> {
  const { ticket } = await createApi(stack.url, token).runner.attach.mutate({ id })
  const terminal = await connectRaw(stack, { ticket }, undefined, { authorization: `Bearer ${token}` })
  open.push(terminal)
  await waitUntil('attached', () => terminal.attached.length === 1)
  return terminal
}

it('knows who drove, how they were signed in, from when to when, and how much they sent', async () => {
  const id = await run()
  const bob = await addUser(probed, 'operator', { projectId: project.id, role: 'operator' })
  const token = bob.headers.authorization?.slice('Bearer '.length) ?? ''
  const before = Date.now()
  const owner = await attach(stack.token, id)
  await untilDrivers(id, 'the owner drives', (drives) => drives.length === 1)
  owner.socket.emit('input', 1, 'echo one\r')
  await waitUntil('it is typed', () => owner.acked.includes(1))
  const other = await attach(token, id)
  // Who only watches drives nothing, and what they try is not theirs.
  other.socket.emit('input', 1, 'echo smuggled\r')
  await waitUntil('it is refused', () => other.problems.length === 1)
  expect(await driversOf(id)).toHaveLength(1)

  other.socket.emit('takeSeat')
  await untilDrivers(id, 'the other drives', (drives) => drives.length === 2)
  other.socket.emit('input', 2, 'abc')
  await waitUntil('it is typed', () => other.acked.includes(2))
  other.socket.emit('releaseSeat')
  const drives = await untilDrivers(id, 'both are over', (all) => all.every(({ endedAt }) => endedAt !== null))
  const [second, first] = drives
  const identity = await stack.api.auth.me.query()
  expect(first).toMatchObject({
    ...{ userName: 'owner', userId: identity.user.id, credential: `token:${identity.credential.id}` },
    ...{ epoch: 1, endCause: 'taken', inputBytes: 9 },
  })
  expect(second).toMatchObject({ userId: bob.id, endCause: 'released', inputBytes: 3 })
  expect(second?.credential).toMatch(/^token:/)
  const times = [first?.beganAt, first?.lastInputAt, first?.endedAt, second?.beganAt, second?.endedAt].map((at) =>
    Date.parse(at ?? ''),
  )
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times[0]).toBeGreaterThanOrEqual(before - 1)
  expect(times[4]).toBeLessThanOrEqual(Date.now() + 1)

  const { rows } = await probed.database.query(
    `SELECT action, actor_id, via, credential, data FROM audit_events
      WHERE target_id = $1 AND action LIKE 'terminal.drive%' ORDER BY seq`,
    [id],
  )
  expect(rows.map(({ action, actor_id }) => `${action} ${actor_id}`)).toEqual([
    `terminal.drive ${first?.userId}`,
    `terminal.drive_end ${first?.userId}`,
    `terminal.drive ${bob.id}`,
    `terminal.drive_end ${bob.id}`,
  ])
  expect(rows[3]).toMatchObject({ credential: second?.credential, data: { cause: 'released', inputBytes: 3 } })
  const events = await stack.api.event.list.query({
    subjectId: id,
    types: ['runner.drive_began', 'runner.drive_ended'],
  })
  expect(events.map(({ type }) => type).reverse()).toEqual([
    ...['runner.drive_began', 'runner.drive_ended', 'runner.drive_began', 'runner.drive_ended'],
  ])
  const told = await stack.cli(['drivers', id])
  expect(told.stdout).toMatch(/owner .*9 B/)
  expect(told.stdout).toContain('somebody else took over')
})

it('nobody drives what has ended, and who leaves drives no longer', async () => {
  const id = await run()
  const owner = await attach(stack.token, id)
  await untilDrivers(id, 'the owner drives', (drives) => drives.length === 1)
  owner.close()
  await untilDrivers(id, 'they have left', ([only]) => only?.endCause === 'left')
  await attach(stack.token, id)
  await untilDrivers(id, 'they are back', (drives) => drives.length === 2)
  await stack.api.runner.stop.mutate({ id })
  await untilStatus(stack, id, ['terminated'])
  const drives = await untilDrivers(id, 'it ended', ([newest]) => newest?.endedAt !== null)
  expect(drives.map(({ endCause }) => endCause)).toEqual(['ended', 'left'])
})

it('whoever drove when the daemon was killed is written down as driving until it was known last, and no longer', async () => {
  const id = await run()
  const owner = await attach(stack.token, id)
  await untilDrivers(id, 'the owner drives', (drives) => drives.length === 1)
  owner.socket.emit('input', 1, 'echo kept\r')
  await waitUntil('it is typed', () => owner.acked.includes(1))
  const vouched = await untilDrivers(id, 'it is vouched for', ([only]) => only?.inputBytes === 10)
  expect(vouched[0]?.endedAt).toBeNull()
  const { daemon } = await stack.pids()
  if (daemon === null) throw new Error('the daemon does not answer')
  const killedAt = Date.now()
  signal(daemon, 'SIGKILL')
  const [drive] = await untilDrivers(id, 'the next daemon ends it', ([only]) => only?.endedAt !== null, 45_000)
  expect(drive).toMatchObject({ endCause: 'lost', inputBytes: 10 })
  // No later than the daemon lived, and no earlier than it said so last.
  expect(Date.parse(drive?.endedAt ?? '')).toBeLessThanOrEqual(killedAt)
  expect(Date.parse(drive?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(drive?.lastInputAt ?? ''))
  const { rows } = await probed.database.query(
    `SELECT actor_kind, data FROM audit_events WHERE target_id = $1 AND action = 'terminal.drive_end'`,
    [id],
  )
  expect(rows).toMatchObject([{ actor_kind: 'daemon', data: { cause: 'lost', user: 'owner' } }])
})
