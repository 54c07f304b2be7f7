import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type TranscriptBatch, transcriptBatch } from '@/contracts/agent-protocol/transcript'
import { createRecordingAnswers } from '../recording/recording-answers'
import type { FromReader } from './protocol'
import { createReader, type Reader } from './reader'

const SESSION = '11111111-1111-4111-8111-111111111111'
const usage = (output: number) => ({ input_tokens: 1, output_tokens: output, cache_read_input_tokens: 2 })
const user = (text: string) => ({
  type: 'user',
  sessionId: SESSION,
  cwd: '/w',
  message: { role: 'user', content: text },
})
const assistant = (n: number, output = 10) => ({
  type: 'assistant',
  sessionId: SESSION,
  requestId: `r${n}`,
  timestamp: new Date(1_700_000_000_000 + n * 1000).toISOString(),
  message: { id: `m${n}`, model: 'claude-test', content: [{ type: 'text', text: 'x' }], usage: usage(output) },
})
const lines = (...of: object[]): string => of.map((line) => `${JSON.stringify(line)}\n`).join('')

/** A daemon that takes batches as the real one does, and can be away or lose its answers. */
function fakeDaemon() {
  const cursors = new Map<string, { fileId: string; offset: number }>()
  const batches: TranscriptBatch[] = []
  const missing: string[] = []
  const daemon = {
    cursors,
    batches,
    missing,
    away: false,
    loseAnswers: 0,
    /** Paths of files whose batches it cannot write. */
    failsOn: new Set<string>(),
    answer({ tell: { event, message } }: Extract<FromReader, { type: 'tell' }>): unknown {
      if (daemon.away) return null
      if (event === 'transcriptCursors')
        return {
          ok: true,
          cursors: message.paths
            .flatMap((path) => ({ path, ...cursors.get(path) }))
            .filter((cursor) => 'offset' in cursor),
        }
      if (event === 'transcriptMissing') {
        missing.push(message.path)
        return { ok: true }
      }
      const { file, from, to } = message
      if (daemon.failsOn.has(file.path)) return { ok: false, code: 'unavailable', error: 'it could not be recorded' }
      const cursor = cursors.get(file.path)
      const offset = cursor?.fileId === file.fileId ? cursor.offset : 0
      if (from !== offset && from !== 0) return { ok: true, offset }
      cursors.set(file.path, { fileId: file.fileId, offset: to })
      batches.push(message)
      daemon.loseAnswers -= 1
      return daemon.loseAnswers >= 0 ? null : { ok: true, offset: to }
    },
    /** Requests by key, as the ledger would have them. */
    ledger: () =>
      new Map(batches.flatMap((batch) => batch.usage).map((record) => [record.requestId, record.tokens.output])),
    messages: (path: string) =>
      batches
        .filter(({ file }) => file.path === path)
        .reduce((sum, { from, session }) => (from === 0 ? 0 : sum) + session.messages, 0),
  }
  return daemon
}

let root: string
let path: string
let daemon: ReturnType<typeof fakeDaemon>
let reader: Reader
let problems: string[]

function start(from = root): Reader {
  const started = createReader({
    recordings: createRecordingAnswers(join(root, 'recordings')),
    now: Date.now,
    onProblem: (message, detail) => problems.push(`${message}: ${detail}`),
    send(message) {
      if (message.type !== 'tell') return
      const { tellId } = message
      setImmediate(() => started.handle({ type: 'told', tellId, reply: daemon.answer(message) }))
    },
  })
  started.handle({ type: 'roots', roots: [{ provider: 'claude', path: from }] })
  return started
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stratavore-reader-'))
  path = join(root, 'projects', '-w', `${SESSION}.jsonl`)
  mkdirSync(dirname(path), { recursive: true })
  daemon = fakeDaemon()
  problems = []
  reader = start()
})
afterEach(() => {
  reader.stop()
  rmSync(root, { recursive: true, force: true })
  expect(problems).toEqual([])
})

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 })

it('a line that is not whole is waited for; each line is told once', async () => {
  const whole = lines(user('hello'), assistant(1))
  writeFileSync(path, whole.slice(0, -20))
  await eventually(() => expect(daemon.batches).toHaveLength(1))
  expect(daemon.ledger().size).toBe(0)
  appendFileSync(path, whole.slice(-20))
  await eventually(() => expect(daemon.ledger()).toEqual(new Map([['r1', 10]])))
  // Its second line comes later than the batch with the first.
  appendFileSync(path, lines(assistant(1), assistant(2)))
  await eventually(() => expect(daemon.ledger().size).toBe(2))
  expect(daemon.messages(path)).toBe(3)
  expect(daemon.batches[0]?.session).toMatchObject({ firstPrompt: 'hello', cwd: '/w' })
})

it('what is broken is counted and stepped over', async () => {
  writeFileSync(path, `${lines(user('a'))}{"torn\n\0\0\0\0${lines(assistant(1))}\n${lines(assistant(2))}`)
  await eventually(() => expect([...daemon.ledger().keys()]).toEqual(['r1', 'r2']))
  expect(daemon.batches.reduce((sum, { session }) => sum + session.malformedLines, 0)).toBe(2)
})

it('a file that is cut, and another under its path, are read from their beginning', async () => {
  writeFileSync(path, lines(user('a'), assistant(1), assistant(2)))
  await eventually(() => expect(daemon.ledger().size).toBe(2))
  truncateSync(path, lines(user('a')).length)
  appendFileSync(path, lines(assistant(3)))
  await eventually(() => expect(daemon.ledger().size).toBe(3))
  expect(daemon.messages(path)).toBe(2)
  writeFileSync(`${path}.new`, lines(user('b'), assistant(4), assistant(5), assistant(6)))
  renameSync(`${path}.new`, path)
  await eventually(() => expect(daemon.ledger().size).toBe(6))
  expect(daemon.messages(path)).toBe(4)
})

it('sub-agents belong to the session above them, and in older versions to the one their lines tell', async () => {
  const below = join(dirname(path), SESSION, 'subagents', 'agent-a1.jsonl')
  mkdirSync(dirname(below), { recursive: true })
  writeFileSync(below, lines({ ...assistant(1), isSidechain: true, agentId: 'a1' }))
  writeFileSync(join(dirname(path), 'agent-b2.jsonl'), lines({ ...assistant(2), isSidechain: true, agentId: 'b2' }))
  await eventually(() => expect(daemon.ledger().size).toBe(2))
  const told = daemon.batches.flatMap((batch) => batch.usage)
  expect(told.map(({ subagentId }) => subagentId).sort()).toEqual(['a1', 'b2'])
  expect(new Set(told.map(({ providerSessionId }) => providerSessionId))).toEqual(new Set([SESSION]))
})

it('goes on where the daemon is: after it was away, lost an answer, or is to have it all again', async () => {
  daemon.away = true
  writeFileSync(path, lines(user('a'), assistant(1)))
  reader.handle({ type: 'connected' })
  daemon.away = false
  daemon.loseAnswers = 1
  reader.handle({ type: 'connected' })
  await eventually(() => expect(daemon.ledger().size).toBe(1))
  appendFileSync(path, lines(assistant(2)))
  await eventually(() => expect(daemon.ledger().size).toBe(2))
  expect(daemon.messages(path)).toBe(3)
  daemon.cursors.clear()
  const before = daemon.batches.length
  reader.handle({ type: 'connected' })
  await eventually(() => expect(daemon.batches.slice(before).flatMap((batch) => batch.usage)).toHaveLength(2))
  expect(daemon.messages(path)).toBe(3)
})

it('a reader that starts anew reads nothing twice, and counts no message twice', async () => {
  writeFileSync(path, lines(user('a'), assistant(1)))
  await eventually(() => expect(daemon.ledger().size).toBe(1))
  reader.stop()
  appendFileSync(path, lines(assistant(1), assistant(2)))
  reader = start()
  await eventually(() => expect(daemon.ledger().size).toBe(2))
  expect(daemon.messages(path)).toBe(3)
  expect(daemon.batches.slice(1).every(({ from }) => from > 0)).toBe(true)
})

it('an id that is empty is none: the message is told by the other, and one without either uses nothing', async () => {
  const { message, ...line } = assistant(1)
  writeFileSync(
    path,
    lines(
      { ...line, requestId: '', message },
      { ...line, requestId: 'r2', message: { ...message, id: '' } },
      { ...line, requestId: '', message: { ...message, id: '' } },
    ),
  )
  await eventually(() => expect(daemon.batches).toHaveLength(1))
  const told = transcriptBatch.parse(daemon.batches[0]).usage
  expect(told.map(({ requestId, messageId }) => [requestId, messageId])).toEqual([
    [null, 'm1'],
    ['r2', null],
  ])
})

it('files that the daemon cannot write hold up no other, and are told once it can', async () => {
  const beside = (n: number) => join(dirname(path), `${n}2222222-2222-4222-8222-222222222222.jsonl`)
  const broken = [beside(1), beside(2)]
  for (const file of broken) {
    daemon.failsOn.add(file)
    writeFileSync(file, lines(user('a'), assistant(1)))
  }
  // As many as are read at once, and each newer than what can be told.
  writeFileSync(path, lines(user('b'), assistant(2)))
  utimesSync(path, 1_700_000_000, 1_700_000_000)
  await eventually(() => expect([...daemon.ledger().keys()]).toEqual(['r2']))
  daemon.failsOn.clear()
  reader.stop()
  reader = start()
  await eventually(() => expect(daemon.ledger().has('r1')).toBe(true))
})

it('nothing is told of what a link leads to', async () => {
  const elsewhere = join(root, 'elsewhere')
  mkdirSync(elsewhere)
  for (const name of ['agent-a1.jsonl', 'other.jsonl']) writeFileSync(join(elsewhere, name), lines(assistant(7)))
  mkdirSync(join(dirname(path), SESSION))
  symlinkSync(join(elsewhere, 'other.jsonl'), join(dirname(path), 'other.jsonl'))
  reader.stop()
  // A root that `elsewhere` is not below.
  reader = start(join(root, 'claude'))
  const projects = join(root, 'claude', 'projects')
  mkdirSync(dirname(projects))
  renameSync(join(root, 'projects'), projects)
  symlinkSync(elsewhere, join(projects, '-w', SESSION, 'subagents'))
  writeFileSync(join(projects, '-w', `${SESSION}.jsonl`), lines(user('a'), assistant(9)))
  await eventually(() => expect(problems).toEqual([expect.stringContaining('is not really below')]))
  await eventually(() => expect(daemon.ledger().has('r9')).toBe(true))
  expect(daemon.ledger().has('r7')).toBe(false)
  problems = []
})

it('tells that a file is gone', async () => {
  writeFileSync(path, lines(user('a')))
  await eventually(() => expect(daemon.batches).toHaveLength(1))
  rmSync(path)
  await eventually(() => expect(daemon.missing).toEqual([path]))
})

it('what a running program writes is told within a second', async () => {
  writeFileSync(path, lines(user('a')))
  await eventually(() => expect(daemon.batches).toHaveLength(1))
  const written = performance.now()
  appendFileSync(path, lines(assistant(1)))
  await eventually(() => expect(daemon.ledger().size).toBe(1))
  expect(performance.now() - written).toBeLessThan(1_000)
})
