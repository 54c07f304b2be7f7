import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { DaemonSocket } from '../connection/commands'
import { createTelemetryQueue, type TelemetryQueue } from './telemetry-queue'
import { openTelemetrySpool } from './telemetry-spool'

let dir: string
let path: string
let problems: string[]
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stv-telemetry-'))
  path = join(dir, 'telemetry.jsonl')
  problems = []
})
afterEach(() => rmSync(dir, { recursive: true }))

const startAgent = async (): Promise<TelemetryQueue> => {
  // What an agent of an earlier test still says is not of this one.
  const mine = problems
  const onProblem = (message: string): void => void mine.push(message)
  return createTelemetryQueue(await openTelemetrySpool(path, onProblem), onProblem)
}

const RUNNER = randomUUID()
const request = (requestId: string): UsageRecord => ({
  requestId,
  messageId: null,
  providerSessionId: 'a session',
  subagentId: null,
  model: 'a-model',
  at: 1,
  tokens: { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 5 },
})

/** A daemon that takes what it is sent, or never answers. */
function fakeDaemon({ answers }: { answers: boolean }) {
  const sent: [provider: string, requestId: string | null][] = []
  const socket = {
    timeout: () => ({
      async emitWithAck(_event: string, { provider, records }: { provider: string; records: UsageRecord[] }) {
        sent.push(...records.map(({ requestId }): [string, string | null] => [provider, requestId]))
        return answers ? { ok: true } : new Promise(() => {})
      },
    }),
  }
  return { sent, socket: socket as unknown as DaemonSocket }
}

it('is on the disk before the program hears that it was taken, and told by the next agent', async () => {
  const killed = await startAgent()
  killed.attach(fakeDaemon({ answers: false }).socket)
  await killed.add(RUNNER, 'claude', [request('one')])
  await killed.add(RUNNER, 'opencode', [request('two')])

  const next = await startAgent()
  const daemon = fakeDaemon({ answers: true })
  next.attach(daemon.socket)
  await next.settled(5_000)
  expect(daemon.sent).toEqual([
    ['claude', 'one'],
    ['opencode', 'two'],
  ])
  // Forgotten once it is acknowledged.
  expect(readFileSync(path, 'utf8')).toBe('')
  expect(problems).toEqual([])
})

it('a torn line costs only itself', async () => {
  await (await startAgent()).add(RUNNER, 'claude', [request('one')])
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"provider":"claude","rec`)
  const next = await startAgent()
  const daemon = fakeDaemon({ answers: true })
  next.attach(daemon.socket)
  await next.settled(5_000)
  expect(daemon.sent).toEqual([['claude', 'one']])
  expect(problems).toEqual(['a line of what programs told before is broken'])
})

it('a disk that does not take it makes the program tell it again, and it is told to the daemon all the same', async () => {
  const queue = await startAgent()
  rmSync(dir, { recursive: true })
  await expect(queue.add(RUNNER, 'claude', [request('one')])).rejects.toThrow(/ENOENT/)
  const daemon = fakeDaemon({ answers: true })
  queue.attach(daemon.socket)
  await queue.settled(5_000)
  expect(daemon.sent).toEqual([['claude', 'one']])
  dir = mkdtempSync(join(tmpdir(), 'stv-telemetry-'))
})

it('one request that is not taken keeps no other waiting, and is given up only when it never can be', async () => {
  const queue = await startAgent()
  const sent: (string | null)[][] = []
  const refuses = (ids: readonly (string | null)[]) =>
    ids.includes('foreign') ? 'invalid_input' : ids.includes('poison') && sent.length < 12 ? 'unavailable' : null
  const socket = {
    timeout: () => ({
      async emitWithAck(_event: string, { records }: { records: UsageRecord[] }) {
        const ids = records.map(({ requestId }) => requestId)
        sent.push(ids)
        const code = refuses(ids)
        return code === null ? { ok: true } : { ok: false, code, error: 'no' }
      },
    }),
  }
  for (const id of ['one', 'foreign', 'two', 'poison', 'three']) await queue.add(RUNNER, 'claude', [request(id)])
  queue.attach(socket as unknown as DaemonSocket)
  await queue.settled(30_000)
  const taken = sent.filter((ids) => !ids.includes('foreign')).flat()
  expect(new Set(taken)).toEqual(new Set(['one', 'two', 'poison', 'three']))
  expect(problems).toEqual(['the daemon does not take what a program told of a request'])
  // The others were taken before what is tried again and again.
  expect(sent.at(-1)).toEqual(['poison'])
}, 40_000)

it('tells whose secret each came with, across a crash too; one whose runner is gone is given up', async () => {
  const other = randomUUID()
  const killed = await startAgent()
  await killed.add(RUNNER, 'claude', [request('one')])
  await killed.add(other, 'claude', [request('two')])
  const next = await startAgent()
  const sent: [unknown, unknown][] = []
  const socket = {
    timeout: () => ({
      async emitWithAck(_event: string, { runnerId, records }: { runnerId: string; records: UsageRecord[] }) {
        sent.push(...records.map(({ requestId }): [unknown, unknown] => [runnerId, requestId]))
        return runnerId === other ? { ok: false, code: 'not_found', error: 'no' } : { ok: true }
      },
    }),
  }
  next.attach(socket as unknown as DaemonSocket)
  await next.settled(5_000)
  expect(sent).toEqual([
    [RUNNER, 'one'],
    [other, 'two'],
  ])
})
