import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { createAuthority, issueNodeCertificate, type KeyPair } from '@/server/core/certificates/authority'
import { waitUntil } from '@/tests/support/wait-until'
import type { DaemonSocket } from '../connection/commands'
import type { AgentIdentity } from './identity-file'
import { type CertificateKeeper, keepCertificate, renewAt } from './keep-certificate'
import { newSigningRequest } from './signing-request'

const HOUR_MS = 60 * 60_000
const LIFETIME_MS = 24 * HOUR_MS
const MINUTE_MS = 60_000

let authority: KeyPair
let first: AgentIdentity
let now: number
/** What is due, and when; one at a time. */
let timer: { at: number; work: () => void } | null
let saved: AgentIdentity[]
let problems: string[]
let asked: { csr: string; answer(reply: unknown): void; fail(error: Error): void }[]
let keeper: CertificateKeeper

async function issue(csr: string): Promise<{ certificate: string; authorities: string[] }> {
  const issued = await issueNodeCertificate(authority, {
    nodeId: first?.nodeId ?? randomUUID(),
    csr,
    now: new Date(now),
    lifetimeMs: LIFETIME_MS,
  })
  return { certificate: issued?.certificate ?? '', authorities: [authority.certificate] }
}

/** A joined connection that keeps what it is asked until the test answers. */
function connection(): DaemonSocket {
  const emitWithAck = (_event: string, { csr }: { csr: string }) =>
    new Promise((answer, fail) => asked.push({ csr, answer, fail }))
  return Object.assign(new EventEmitter(), { timeout: () => ({ emitWithAck }) }) as unknown as DaemonSocket
}

/** Lets time pass, with whatever is due meanwhile. */
function pass(ms: number): void {
  const end = now + ms
  while (timer !== null && timer.at <= end) {
    const { at, work } = timer
    now = at
    timer = null
    work()
  }
  now = end
}

const question = (nth: number) => waitUntil('it asks', () => asked[nth])

beforeAll(async () => {
  now = Date.parse('2026-11-29T00:00:00Z')
  authority = await createAuthority(new Date(now))
})
beforeEach(async () => {
  now = Date.parse('2026-11-29T00:00:00Z')
  timer = null
  saved = []
  problems = []
  asked = []
  const { key, csr } = await newSigningRequest()
  first = { url: 'https://daemon.example', nodeId: randomUUID(), nodeName: 'own', key, ...(await issue(csr)) }
  keeper = keepCertificate({
    identity: first,
    save: async (identity) => void saved.push(identity),
    now: () => now,
    after: (ms, work) => {
      const mine = { at: now + ms, work }
      timer = mine
      return () => {
        if (timer === mine) timer = null
      }
    },
    onProblem: (message) => problems.push(message),
  })
})

it('renews after two thirds of its life and not before, with a key of its own', async () => {
  keeper.attach(connection())
  const due = renewAt(first.certificate) - now
  expect(due / LIFETIME_MS).toBeGreaterThan(0.6)
  expect(due / LIFETIME_MS).toBeLessThan(0.7)
  pass(due - MINUTE_MS)
  expect(timer, 'it waits').not.toBeNull()
  pass(MINUTE_MS)
  const { csr, answer } = await question(0)
  expect(keeper.current()).toBe(first)
  answer({ ok: true, ...(await issue(csr)) })
  await waitUntil('it is used', () => keeper.current() !== first)
  expect(saved).toEqual([keeper.current()])
  expect(keeper.current().key).not.toBe(first.key)
  // And so it goes on: the next one is due after two thirds of the new one's life.
  const next = renewAt(keeper.current().certificate) - now
  expect(next).toBeGreaterThan(due - MINUTE_MS)
  pass(next)
  expect((await question(1)).csr).not.toBe(csr)
  expect(problems).toEqual([])
})

it.each([
  ['is refused', ({ answer }: (typeof asked)[number]) => answer({ ok: false, error: 'The authority is away.' })],
  ['is not answered in time', ({ fail }: (typeof asked)[number]) => fail(new Error('operation has timed out'))],
  ['is answered with nonsense', ({ answer }: (typeof asked)[number]) => answer({ ok: true })],
])('goes on with the old one and tries again a minute later where it %s', async (_what, deny) => {
  keeper.attach(connection())
  pass(renewAt(first.certificate) - now)
  deny(await question(0))
  await waitUntil('it is told', () => problems.length === 1)
  expect(keeper.current()).toBe(first)
  expect(saved).toEqual([])
  expect((timer?.at ?? 0) - now).toBe(MINUTE_MS)
  await waitUntil('it may ask again', () => {
    if (asked.length < 2 && timer !== null) pass(MINUTE_MS)
    return asked.length === 2
  })
  const { csr, answer } = await question(1)
  answer({ ok: true, ...(await issue(csr)) })
  await waitUntil('the new one is used', () => keeper.current() !== first)
})

it('does not use what it could not save', async () => {
  keeper = keepCertificate({
    identity: first,
    save: () => Promise.reject(new Error('ENOSPC')),
    now: () => now,
    after: (ms, work) => {
      timer = { at: now + ms, work }
      return () => undefined
    },
    onProblem: (message) => problems.push(message),
  })
  keeper.attach(connection())
  pass(renewAt(first.certificate) - now)
  const { csr, answer } = await question(0)
  answer({ ok: true, ...(await issue(csr)) })
  await waitUntil('it is told', () => problems.length === 1)
  expect(keeper.current()).toBe(first)
})

it('asks nothing while it is not connected, and at once when it is connected again too late', async () => {
  keeper.attach(connection())
  keeper.detach()
  expect(timer).toBeNull()
  pass(renewAt(first.certificate) - now + HOUR_MS)
  expect(asked).toEqual([])
  keeper.attach(connection())
  pass(0)
  await question(0)
  expect(keeper.current()).toBe(first)
})

it('renews when it is told to', async () => {
  const socket = connection()
  keeper.attach(socket)
  ;(socket as unknown as EventEmitter).emit('renewNow')
  await question(0)
  expect(asked).toHaveLength(1)
})
