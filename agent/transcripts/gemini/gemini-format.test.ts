import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { createFold } from '../fold-lines'
import { scanRoot } from '../scan-roots'
import { NOTHING_BEFORE } from '../transcript-format'
import { geminiFormat } from './gemini-format'

const redact = createTextRedactor([])

const SESSION = 'b5cea86e-9e72-4b37-931a-11ca0d4fb8ff'
const AT = '2026-11-23T00:50:02.861Z'

const message = (id: string, type: string, content: unknown, more: object = {}) => ({
  id,
  type,
  timestamp: AT,
  content,
  ...more,
})
const reply = (id: string, tokens: object) => message(id, 'gemini', 'hi', { model: 'gemini-x', tokens })

function fold(lines: readonly object[]) {
  const file = {
    path: '/c.jsonl',
    provider: 'gemini',
    providerSessionId: SESSION,
    subagentId: null,
    fileId: 'f',
  } as const
  const folded = createFold(file, NOTHING_BEFORE, 0, redact)
  for (const line of lines) folded.take(JSON.stringify(line))
  return folded
}

it('a message counts once however often it is written, and history that is written again not at all', () => {
  const tokens = { input: 1001, output: 11, cached: 501, thoughts: 2, tool: 3, total: 1017 }
  const first = reply('m1', tokens)
  const folded = fold([
    { sessionId: SESSION, kind: 'main' },
    { $set: { messages: [message('c', 'user', [{ text: '<session_context>\n…' }])] } },
    message('u1', 'user', [{ text: 'fix it' }]),
    first,
    { ...first, toolCalls: [{}] },
    { $set: { messages: [first, reply('old', tokens)], summary: 'A fix' } },
    { $rewindTo: 'u1' },
    message('u1', 'user', [{ text: 'fix it' }]),
    message('i', 'info', 'note'),
    reply('m2', { ...tokens, output: 'many' }),
  ])
  expect(folded.usage()).toMatchObject([
    {
      messageId: 'm1',
      requestId: null,
      model: 'gemini-x',
      at: Date.parse(AT),
      // What was cached is in its input; thoughts and prompts of tools are not in the others: 1017 in all.
      tokens: { input: 503, cacheRead: 501, output: 13, cacheWrite5m: 0, cacheWrite1h: 0 },
    },
    { messageId: 'm2', tokens: { output: 2 } },
  ])
  expect(folded.session()).toMatchObject({ messages: 3, firstPrompt: 'fix it', title: 'A fix', malformedLines: 0 })
})

it('finds chats and those of sub-agents, and where they worked', async () => {
  const root = mkdtempSync(join(tmpdir(), 'stratavore-gemini-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const chat = join(root, 'tmp/w/chats/session-2026-11-23T00-50-b5cea86e.jsonl')
  const subagent = join(root, `tmp/w/chats/${SESSION}/a1.jsonl`)
  const others = ['tmp/w/logs.json', 'tmp/w/chats/other.jsonl', `tmp/w/chats/${SESSION}/deep/a.jsonl`]
  for (const path of [chat, subagent, ...others.map((other) => join(root, other))]) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  }
  writeFileSync(join(root, 'tmp/w/.project_root'), '/work/here')
  const found = await scanRoot({ provider: 'gemini', path: root })
  expect(found.map(({ path, providerSessionId, subagentId }) => [path, providerSessionId, subagentId]).sort()).toEqual(
    [
      [chat, null, null],
      [subagent, SESSION, 'a1'],
    ].sort(),
  )
  expect(geminiFormat.ownerInFirstLine(JSON.stringify({ sessionId: SESSION }))).toEqual({
    providerSessionId: SESSION,
    subagentId: null,
  })
  expect(await geminiFormat.cwdOf?.(chat)).toBe('/work/here')
  expect(await geminiFormat.cwdOf?.(subagent)).toBe('/work/here')
  expect(await geminiFormat.cwdOf?.('/nowhere/chats/x.jsonl')).toBeNull()
  // Of what a link leads to, nothing is shown as a directory.
  rmSync(join(root, 'tmp/w/.project_root'))
  symlinkSync('/etc/hostname', join(root, 'tmp/w/.project_root'))
  expect(await geminiFormat.cwdOf?.(chat)).toBeNull()
})
