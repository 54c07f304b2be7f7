import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { TranscriptFile } from '@/contracts/agent-protocol/transcript'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { createFold } from '../fold-lines'
import { readBatch, resumeAt } from '../read-batch'
import { NOTHING_BEFORE } from '../transcript-format'
import { codexFormat } from './codex-format'

const redact = createTextRedactor([])

const THREAD = '01a205e1-94ec-7e62-9e7e-0f309f2fc597'
const SUBAGENT = '01a205e7-635e-71c3-8025-b7367c47a499'
const AT = '2026-11-23T00:50:00.000Z'

const file = (subagentId: string | null = null): TranscriptFile => ({
  path: '/r.jsonl',
  provider: 'codex',
  providerSessionId: THREAD,
  subagentId,
  fileId: 'f',
})
const line = (type: string, payload: object): string => JSON.stringify({ timestamp: AT, ordinal: 1, type, payload })
const usage = (input: number, cached: number, written: number, output: number) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  cache_write_input_tokens: written,
  output_tokens: output,
  reasoning_output_tokens: 1,
  total_tokens: input + output,
})
type Usage = ReturnType<typeof usage>
const context = (model: string) => line('turn_context', { turn_id: 't', cwd: '/w', model })
const record = (own: Usage, total: Usage, thread = THREAD) =>
  line('token_usage_record', {
    thread_id: thread,
    session_id: THREAD,
    response_id: 'resp',
    usage: own,
    thread_token_usage: total,
  })
const count = (last: Usage, total: Usage) =>
  line('event_msg', { type: 'token_count', info: { last_token_usage: last, total_token_usage: total } })

function fold(lines: readonly string[], of = file()) {
  const folded = createFold(of, NOTHING_BEFORE, 0, redact)
  for (const text of lines) folded.take(text)
  return folded
}

const FIRST = usage(1000, 500, 100, 20)
const SECOND = usage(2000, 900, 0, 30)
const BOTH = usage(3000, 1400, 100, 50)

it('a request counts once, however often and by whatever lines it is told; cumulative sums are never added', () => {
  const lines = [
    context('gpt-a'),
    record(FIRST, FIRST),
    count(FIRST, FIRST),
    count(FIRST, FIRST),
    context('gpt-b'),
    record(SECOND, BOTH),
    count(SECOND, BOTH),
    // As after a compaction: nothing was used, the sum is that of before.
    count(usage(0, 0, 0, 0), BOTH),
    line('event_msg', { type: 'token_count', info: null }),
  ]
  expect(fold(lines).usage()).toMatchObject([
    { model: 'gpt-a', tokens: { input: 400, cacheRead: 500, cacheWrite5m: 100, output: 20 }, at: Date.parse(AT) },
    { model: 'gpt-b', tokens: { input: 1100, cacheRead: 900, cacheWrite5m: 0, output: 30 } },
  ])
  // Versions that write no record of each request tell the same by their counts.
  expect(fold(lines.filter((text) => !text.includes('token_usage_record'))).usage()).toEqual(fold(lines).usage())
})

it('what a sub-agent uses belongs to the session that began it', () => {
  const meta = line('session_meta', { id: SUBAGENT, session_id: THREAD, cwd: '/w', source: { subagent: 'x' } })
  expect(codexFormat.ownerInFirstLine(meta)).toEqual({ providerSessionId: THREAD, subagentId: SUBAGENT })
  const older = { id: SUBAGENT, source: { subagent: { thread_spawn: { parent_thread_id: THREAD, depth: 1 } } } }
  expect(codexFormat.ownerInFirstLine(line('session_meta', older))).toEqual({
    providerSessionId: THREAD,
    subagentId: SUBAGENT,
  })
  expect(codexFormat.ownerInFirstLine(line('session_meta', { id: THREAD, source: 'cli' }))).toEqual({
    providerSessionId: THREAD,
    subagentId: null,
  })
  const told = fold([context('gpt-a'), record(FIRST, FIRST, SUBAGENT)], file(SUBAGENT)).usage()
  expect(told).toMatchObject([{ providerSessionId: THREAD, subagentId: SUBAGENT }])
  expect(told[0]?.requestId).not.toBe(fold([context('gpt-a'), record(FIRST, FIRST)]).usage()[0]?.requestId)
})

it('a session is told by what was typed, not by what the program writes in the user’s name', () => {
  const said = (role: string, text: string, kind?: string) =>
    line('response_item', {
      type: 'message',
      role,
      content: [{ type: 'input_text', text }],
      ...(kind && { internal_chat_message_metadata_passthrough: { content_item_kinds: [kind] } }),
    })
  const folded = fold([
    line('session_meta', { id: THREAD, cwd: '/w', cli_version: '0.169.0', git: { branch: 'main' } }),
    said('developer', 'rules'),
    said('user', '<environment_context>…'),
    said('user', '# AGENTS.md instructions for /w'),
    said('user', 'some context', 'environment'),
    said('user', '<b>fix</b> it', 'user.text'),
    said('user', 'now'),
    said('assistant', 'done'),
    context('gpt-a'),
    'not json',
    '42',
  ])
  expect(folded.session()).toMatchObject({
    firstPrompt: '<b>fix</b> it',
    messages: 3,
    cwd: '/w',
    gitBranch: 'main',
    programVersion: '0.169.0',
    model: 'gpt-a',
    malformedLines: 2,
  })
})

it('what a fork of an older version copied is the request that it was; what it used itself is its own', () => {
  const FORK = '01a20618-2fa0-7f50-9532-eb06421d023e'
  const own = (id: string) => line('session_meta', { id, cwd: '/w', source: 'cli' })
  const history = [context('gpt-a'), count(FIRST, FIRST)]
  const forked = [
    own(FORK),
    own(THREAD),
    ...history,
    context('gpt-b'),
    // Told again before the first answer.
    count(FIRST, FIRST),
    count(SECOND, BOTH),
  ]
  const [copied, fresh, ...more] = fold(forked, { ...file(), providerSessionId: FORK }).usage()
  const [original] = fold([own(THREAD), ...history]).usage()
  expect(copied).toMatchObject({ requestId: original?.requestId, model: 'gpt-a', tokens: original?.tokens })
  expect(fresh).toMatchObject({ providerSessionId: FORK, subagentId: null, model: 'gpt-b', tokens: { output: 30 } })
  expect(fresh?.requestId).not.toBe(copied?.requestId)
  expect(more).toEqual([])
})

it('is taken up at any line as if it had been read from the beginning', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-codex-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const of = { ...file(), path: join(directory, 'rollout.jsonl') }
  const filler = line('response_item', { type: 'function_call_output', output: 'x'.repeat(700_000) })
  const copiedFrom = line('session_meta', { id: SUBAGENT, source: 'cli' })
  const lines = [line('session_meta', { id: THREAD }), copiedFrom, context('gpt-a'), count(FIRST, FIRST), filler]
  lines.push(filler, count(FIRST, FIRST), count(SECOND, BOTH), context('gpt-b'), count(SECOND, usage(5000, 0, 0, 80)))
  writeFileSync(of.path, `${lines.join('\n')}\n`)
  const handle = await open(of.path)
  onTestFinished(() => handle.close())
  const whole = (await readBatch(handle, of, { offset: 0, memory: NOTHING_BEFORE }, 0, redact)).batch.usage
  expect(whole).toHaveLength(3)
  let offset = 0
  for (const [index, text] of lines.entries()) {
    offset += Buffer.byteLength(text) + 1
    const { batch } = await readBatch(handle, of, await resumeAt(handle, of, offset), 0, redact)
    const before = fold(lines.slice(0, index + 1)).usage().length
    expect(batch.usage).toEqual(whole.slice(before))
  }
})
