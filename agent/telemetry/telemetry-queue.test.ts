import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
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

const onProblem = (message: string): void => void problems.push(message)
const startAgent = async (): Promise<TelemetryQueue> =>
  createTelemetryQueue(await openTelemetrySpool(path, onProblem), onProblem)

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
  await killed.add('claude', [request('one')])
  await killed.add('opencode', [request('two')])

  const next = await startAgent()
  const daemon = fakeDaemon({ answers: true })
  next.attach(daemon.socket)
  await next.settled(5_000)
  expect(daemon.sent).toEqual([
    ['claude', 'one'],
    ['opencode', 'two'],
  ])
  // Forgotten once it is acknowledged.
  await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe(''))
  expect(problems).toEqual([])
})

it('a torn line costs only itself', async () => {
  await (await startAgent()).add('claude', [request('one')])
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
  await expect(queue.add('claude', [request('one')])).rejects.toThrow(/ENOENT/)
  const daemon = fakeDaemon({ answers: true })
  queue.attach(daemon.socket)
  await queue.settled(5_000)
  expect(daemon.sent).toEqual([['claude', 'one']])
  dir = mkdtempSync(join(tmpdir(), 'stv-telemetry-'))
})
