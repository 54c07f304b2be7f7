import { describe, expect, it } from 'vitest'
import { MAX_ENTRY_TEXT, transcriptEntry } from '@/contracts/transcript/entry'
import { entriesOfLine } from './entries-of-line'

const usage = {
  input_tokens: 3,
  output_tokens: 5,
  cache_read_input_tokens: 7,
  cache_creation_input_tokens: 30,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
}
const AT = '2026-11-22T21:00:00.000Z'
const read = (line: unknown) => entriesOfLine({ position: 7, text: JSON.stringify(line) }).entries
const assistant = (block: object, over: object = {}) => ({
  type: 'assistant',
  uuid: 'u1',
  timestamp: AT,
  message: { id: 'm1', model: 'claude-x', content: [block], usage },
  ...over,
})
const user = (content: unknown, over: object = {}) => ({ type: 'user', message: { content }, ...over })

describe('a line shows', () => {
  it('what was said, with the tokens of its message once', () => {
    const line = assistant({ type: 'text', text: 'hello' })
    expect(read(line)).toEqual([
      {
        position: 7,
        part: 0,
        uuid: 'u1',
        at: AT,
        kind: 'assistant',
        body: { text: 'hello', cut: false },
        model: 'claude-x',
        messageId: 'm1',
        tokens: { input: 3, output: 5, cacheRead: 7, cacheWrite5m: 10, cacheWrite1h: 20 },
      },
    ])
  })

  it('thinking, and what was thought unseen', () => {
    expect(read(assistant({ type: 'thinking', thinking: 'hm' }))).toMatchObject([
      { kind: 'thinking', body: { text: 'hm' }, tokens: { input: 3 } },
    ])
    expect(read(assistant({ type: 'redacted_thinking', data: 'x' }))).toMatchObject([{ kind: 'thinking' }])
  })

  it('a call with what it asks to change', () => {
    const input = { file_path: '/a', old_string: 'one\ntwo\nthree', new_string: 'one\n2\nthree' }
    expect(read(assistant({ type: 'tool_use', id: 't1', name: 'Edit', input }))).toMatchObject([
      {
        kind: 'tool_call',
        toolUseId: 't1',
        name: 'Edit',
        summary: '/a',
        diff: [
          { kind: 'same', text: 'one' },
          { kind: 'removed', text: 'two' },
          { kind: 'added', text: '2' },
          { kind: 'same', text: 'three' },
        ],
      },
    ])
    expect(read(assistant({ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'ls\n -l' } }))).toMatchObject([
      { summary: 'ls -l', diff: null },
    ])
  })

  it('a result with what was changed, and the sub-agent that did it', () => {
    const result = { type: 'tool_result', tool_use_id: 't1', is_error: true, content: [{ type: 'text', text: 'out' }] }
    const toolUseResult = {
      agentId: 'a1',
      structuredPatch: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [' one', '-two', '+three'] }],
    }
    expect(read(user([result], { toolUseResult }))).toMatchObject([
      {
        kind: 'tool_result',
        toolUseId: 't1',
        body: { text: 'out' },
        isError: true,
        subagentId: 'a1',
        diff: [
          { kind: 'gap', text: '@@ -1,2 +1,2 @@' },
          { kind: 'same', text: 'one' },
          { kind: 'removed', text: 'two' },
          { kind: 'added', text: 'three' },
        ],
      },
    ])
  })

  it('the user apart from what the program wrote in the name of the user', () => {
    expect(read(user('do it'))).toMatchObject([{ kind: 'user', body: { text: 'do it' } }])
    expect(read(user('<command-name>/clear</command-name>'))).toMatchObject([{ kind: 'note' }])
    expect(read(user('a summary', { isCompactSummary: true }))).toMatchObject([{ kind: 'note' }])
    expect(read(user([{ type: 'image', source: {} }]))).toMatchObject([{ kind: 'user', body: { text: '[image]' } }])
  })

  it('compactions and errors', () => {
    const boundary = { type: 'system', subtype: 'compact_boundary', compactMetadata: { trigger: 'auto', preTokens: 9 } }
    expect(read(boundary)).toMatchObject([{ kind: 'compaction', trigger: 'auto', tokensBefore: 9, tokensAfter: null }])
    expect(read({ type: 'system', subtype: 'api_error', error: { status: 529 } })).toMatchObject([
      { kind: 'error', body: { text: 'API error 529' } },
    ])
    const failed = assistant({ type: 'text', text: 'API Error: 401' }, { isApiErrorMessage: true })
    expect(read(failed)).toMatchObject([{ kind: 'error', body: { text: 'API Error: 401' } }])
  })

  it('nothing of what is bookkeeping', () => {
    for (const type of ['queue-operation', 'file-history-snapshot', 'cost-state', 'never-seen'])
      expect(read({ type, content: 'x' })).toEqual([])
    expect(entriesOfLine({ position: 0, text: '' }).entries).toEqual([])
  })
})

describe('a hostile line', () => {
  const DEEP = 200_000
  const hostile: [string, string | null][] = [
    ['too long', null],
    ['half JSON', '{"type":"user","mess'],
    ['NUL bytes', '\0\0\0\0'],
    ['deep JSON', '['.repeat(DEEP) + ']'.repeat(DEEP)],
    [
      'an input nested deep',
      `{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"X","input":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}]}}`,
    ],
    ['no object', '42'],
    ['ANSI instead of JSON', '\u001b[31mred\u001b[0m'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('utf8')],
  ]
  it.each(hostile)('of %s is shown as malformed', (_name, text) => {
    const { entries } = entriesOfLine({ position: 3, text })
    expect(entries).toMatchObject([{ kind: 'malformed', position: 3 }])
    for (const entry of entries) transcriptEntry.parse(entry)
  })

  it('that is long is shown malformed by its beginning only: it may be of another file altogether', () => {
    const { entries } = entriesOfLine({ position: 0, text: 'x'.repeat(5_000) })
    expect(entries).toMatchObject([{ kind: 'malformed', body: { text: 'x'.repeat(200), cut: true } }])
  })

  it.each([
    ['bidi overrides', 'a\u202eb'],
    ['escape sequences', '\u001b]52;c;AAAA\u0007'],
    ['markup', '<img src=x onerror=alert(1)>'],
  ])('of %s keeps them as text', (_name, text) => {
    expect(read(user(text))).toMatchObject([{ kind: 'user', body: { text, cut: false } }])
  })

  it('has no half characters, whether they came or a cut makes them', () => {
    const [lone] = read(user('a\ud800b'))
    expect(lone).toMatchObject({ body: { text: 'a\ufffdb' } })
    const [cut] = read(user(`${'x'.repeat(MAX_ENTRY_TEXT - 1)}\u{1f600}`))
    expect(cut).toMatchObject({ body: { text: `${'x'.repeat(MAX_ENTRY_TEXT - 1)}\ufffd`, cut: true } })
  })

  it('of fields with other types than ever seen is read as far as it goes', () => {
    expect(
      read({ type: 'user', uuid: 5, timestamp: [], message: { content: [7, null, { type: 'text', text: 'x' }] } }),
    ).toMatchObject([{ kind: 'user', uuid: null, at: null, body: { text: 'x' } }])
    expect(read({ type: 'user', message: 'no object' })).toEqual([])
  })
})
