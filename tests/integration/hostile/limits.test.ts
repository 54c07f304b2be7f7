import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { MAX_INPUT_BYTES } from '@/contracts/terminal/terminal'
import { ALLOWANCES } from '@/server/core/limits'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import type { Stack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { rawRequest } from '../api/raw-http'
import { connectRaw } from '../api/raw-terminal'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { addUser, type OtherUser } from './other-user'

/** What one user may do how often: the one that floods is told to wait, and nobody else is. */

// Thousands of calls, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 180_000 })

/** As many calls as one request may have. */
const BATCH = 50
/** Answers one user may wait for at once, and batches that are more. */
const MAX_REQUESTS_PER_USER = 256
const HELD_BATCHES = 6

let probed: ProbedStack
let stack: Stack
let project: { name: string; path: string }
let runnerId: string

beforeAll(async () => {
  probed = await startProbedStack()
  stack = probed.stack
  project = await createProject(stack)
  runnerId = (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
})
afterAll(() => probed.stop())

/** The same call fifty times in one request. Resolves with how it was answered each time. */
async function fifty(who: OtherUser, procedure: string, input: object): Promise<number[]> {
  const { text } = await rawRequest(stack.url, {
    method: 'POST',
    path: `/api/trpc/${Array(BATCH).fill(procedure).join(',')}?batch=1`,
    headers: { ...who.headers, 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(Array.from({ length: BATCH }, (_, index) => [index, input]))),
  })
  const answers = JSON.parse(text) as { error?: { data: { httpStatus: number } } }[]
  return answers.map(({ error }) => error?.data.httpStatus ?? 200)
}

it.each([
  ['attach', 'runner.attach', () => ({ id: randomUUID() })],
  ['launch', 'runner.launch', () => ({ project: 'is-not-there', provider: 'shell' })],
] as const)(
  'more than the allowance of %s in a minute → 429 for that user only, calls that fail counted',
  async (act, procedure, input) => {
    const flooding = await addUser(probed, 'operator')
    const { points } = ALLOWANCES[act]
    const statuses: number[] = []
    const startedAt = performance.now()
    while (statuses.length < points) statuses.push(...(await fifty(flooding, procedure, input())))
    expect(statuses.filter((status) => status === 429)).toEqual([])
    const beyond = await fifty(flooding, procedure, input())
    // On a machine too slow to send that much in a minute this says nothing; it must not pass as if it did.
    expect(performance.now() - startedAt).toBeLessThan(60_000)
    expect(new Set(beyond)).toEqual(new Set([429]))
    // What is no such act is answered, and another user is.
    const me = await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: flooding.headers })
    expect(me.status).toBe(200)
    if (act === 'attach') expect(await stack.api.runner.attach.mutate({ id: runnerId })).toHaveProperty('ticket')
    else await launchRunning(stack, { project: project.name, provider: 'shell' })
  },
)

it('more polling sessions than their allowance → 429 for that user only, and nothing else of theirs', async () => {
  const [flooding, other] = [await addUser(probed, 'operator'), await addUser(probed, 'operator')]
  const poll = ({ headers }: OtherUser) =>
    rawRequest(stack.url, { path: '/socket.io/?EIO=4&transport=polling', headers })
  const startedAt = performance.now()
  const statuses: number[] = []
  for (let sent = 0; sent < ALLOWANCES.polling.points; sent += 1) statuses.push((await poll(flooding)).status)
  expect(statuses).not.toContain(429)
  const beyond = await poll(flooding)
  expect(performance.now() - startedAt).toBeLessThan(60_000)
  expect(beyond).toMatchObject({ status: 429, text: expect.stringContaining('Too many connections in a short time') })
  expect(Number(beyond.headers['retry-after'])).toBeGreaterThan(0)
  expect((await poll(other)).status).not.toBe(429)
  expect((await rawRequest(stack.url, { path: '/api/trpc/auth.me', headers: flooding.headers })).status).toBe(200)
})

it('more answers waited for at once than one user may → 429 for that user only, until there is room again', async () => {
  const [flooding, other] = [await addUser(probed, 'operator'), await addUser(probed, 'operator')]
  const ask = ({ headers }: OtherUser) => rawRequest(stack.url, { path: '/api/trpc/auth.me', headers })
  const abort = new AbortController()
  const streams = `${stack.url}/api/trpc/event.stream?input=%7B%7D`
  // Kept: an answer that nobody refers to any more is given up by itself.
  const held: Response[] = []
  try {
    for (let batch = 0; batch < HELD_BATCHES; batch += 1) {
      const opened = await Promise.all(
        Array.from({ length: BATCH }, () => fetch(streams, { headers: flooding.headers, signal: abort.signal })),
      )
      held.push(...opened)
    }
    expect(held.filter(({ status }) => status === 200)).toHaveLength(MAX_REQUESTS_PER_USER)
    expect(held.filter(({ status }) => status === 429)).toHaveLength(HELD_BATCHES * BATCH - MAX_REQUESTS_PER_USER)
    const refused = await ask(flooding)
    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining('too many requests of this user') })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(other)).status).toBe(200)
  } finally {
    abort.abort()
  }
  await waitUntil('there is room again', async () => (await ask(flooding)).status === 200)
})

it('who types without end into one terminal → told in words and cut; another terminal answers meanwhile', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const neighbour = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, id, 'stty raw -echo; echo dea""f; exec cat >/dev/null')
  await untilScreen(stack, id, 'deaf')
  const before = await stack.pids()
  const flooding = await connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id })).ticket })
  let seq = 0
  // As fast as the machine sends, whatever is acknowledged.
  const flood = setInterval(() => {
    for (let burst = 0; burst < 32 && flooding.socket.connected; burst += 1) {
      seq += 1
      flooding.socket.emit('input', seq, 'x'.repeat(MAX_INPUT_BYTES))
    }
  }, 5)
  try {
    await typeLine(stack, neighbour.id, 'echo answ""ered')
    await untilScreen(stack, neighbour.id, 'answered')
    await waitUntil('it is cut', () => flooding.socket.disconnected)
  } finally {
    clearInterval(flood)
    flooding.close()
  }
  const told = flooding.problems.at(-1)
  expect(['rate_limited', 'unavailable']).toContain(told?.code)
  expect(told?.message).toMatch(/more was typed than can be taken|does not read its input/i)
  expect(await stack.pids()).toEqual(before)
  // Nothing of it is in the way of who comes next.
  const next = await connectRaw(stack, { ticket: (await stack.api.runner.attach.mutate({ id })).ticket })
  next.socket.emit('takeSeat')
  next.socket.emit('input', 1, '.')
  await waitUntil('what is typed next is taken', () => next.acked.length > 0)
  next.close()
  for (const runner of [id, neighbour.id]) await stack.api.runner.stop.mutate({ id: runner, force: true })
})
