import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { MAX_ENTRY_TEXT } from '@/contracts/transcript/entry'
import { createEntryCount } from './count-entries'
import { createLineTable } from './line-table'
import { MAX_PAGE_BYTES, readPage } from './read-page'
import { searchLines } from './search-lines'

const redact = createTextRedactor(['hunter2hunter2'])

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-page-'))
  path = join(directory, 'session.jsonl')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const says = (text: string): string => `${JSON.stringify({ type: 'user', message: { content: text } })}\n`
const bookkeeping = `${JSON.stringify({ type: 'api-request-blob', blob: 'x'.repeat(70_000) })}\n`
const write = (...lines: string[]): void => writeFileSync(path, lines.join(''))
const textsOf = ({ entries }: Awaited<ReturnType<typeof readPage>>) =>
  entries.map((entry) => ('body' in entry ? entry.body.text : entry.kind))
const NEWEST = { before: null, after: null }

describe('a page', () => {
  it('is the newest, one before, or one after a position', async () => {
    write(...Array.from({ length: 10 }, (_, number) => `${bookkeeping}${says(`n${number}`)}`))
    const table = createLineTable({ root: directory, path })
    const newest = await readPage(table, { ...NEWEST, limit: 4 }, redact)
    expect(textsOf(newest)).toEqual(['n6', 'n7', 'n8', 'n9'])
    expect(newest).toMatchObject({ hasBefore: true, hasAfter: false })
    expect(await createEntryCount(table).total()).toBe(10)
    const before = await readPage(table, { before: newest.entries[0]?.position ?? 0, after: null, limit: 100 }, redact)
    expect(textsOf(before)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5'])
    expect(before).toMatchObject({ hasBefore: false, hasAfter: true })
    const after = await readPage(table, { before: null, after: before.entries[1]?.position ?? 0, limit: 2 }, redact)
    expect(textsOf(after)).toEqual(['n2', 'n3'])
    expect(after).toMatchObject({ hasBefore: true, hasAfter: true })
  })

  it('goes on with what is written since, waits for a torn line, and begins anew with another file', async () => {
    write(says('one'), '{"type":"us')
    const table = createLineTable({ root: directory, path })
    expect(textsOf(await readPage(table, { ...NEWEST, limit: 9 }, redact))).toEqual(['one'])
    appendFileSync(path, 'er","message":{"content":"two"}}\n')
    expect(textsOf(await readPage(table, { ...NEWEST, limit: 9 }, redact))).toEqual(['one', 'two'])
    rmSync(path)
    await expect(readPage(table, { ...NEWEST, limit: 9 }, redact)).rejects.toMatchObject({ code: 'ENOENT' })
    write(says('other'))
    expect(textsOf(await readPage(table, { ...NEWEST, limit: 9 }, redact))).toEqual(['other'])
  })

  it('of nothing is empty', async () => {
    write()
    expect(await readPage(createLineTable({ root: directory, path }), { ...NEWEST, limit: 9 }, redact)).toEqual({
      entries: [],
      hasBefore: false,
      hasAfter: false,
      end: 0,
    })
  })

  it('tells the tokens of a message with its first line only', async () => {
    const block = (text: string): string =>
      `${JSON.stringify({ type: 'assistant', message: { id: 'm', content: [{ type: 'text', text }], usage: { input_tokens: 1 } } })}\n`
    write(block('a'), block('b'))
    const { entries } = await readPage(createLineTable({ root: directory, path }), { ...NEWEST, limit: 1 }, redact)
    expect(entries).toMatchObject([{ body: { text: 'b' }, tokens: null }])
    const all = await readPage(createLineTable({ root: directory, path }), { ...NEWEST, limit: 2 }, redact)
    expect(all.entries).toMatchObject([{ tokens: { input: 1 } }, { tokens: null }])
  })

  it('weighs no more than one message carries, even of one line', async () => {
    const long = 'x'.repeat(MAX_ENTRY_TEXT)
    const heavy = Array.from({ length: 100 }, () => ({ type: 'text', text: long }))
    write(says('first'), `${JSON.stringify({ type: 'user', message: { content: heavy } })}\n`)
    const table = createLineTable({ root: directory, path })
    const page = await readPage(table, { ...NEWEST, limit: 500 }, redact)
    expect(page.entries.at(-1)).toMatchObject({ kind: 'malformed' })
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_PAGE_BYTES + 10_000)
    expect(
      textsOf(
        await readPage(createLineTable({ root: directory, path }), { before: null, after: 0, limit: 1 }, redact),
      )[0],
    ).toBe(long)
  })

  it('steps over a line of 50 MB and says so', async () => {
    const file = await open(path, 'w')
    await file.write(says('before'))
    for (let part = 0; part < 50; part += 1) await file.write(Buffer.alloc(1024 * 1024, 'y'))
    await file.write(`\n${says('after')}`)
    await file.close()
    const page = await readPage(createLineTable({ root: directory, path }), { ...NEWEST, limit: 9 }, redact)
    expect(page.entries.map((entry) => entry.kind)).toEqual(['user', 'malformed', 'user'])
  })
})

describe('a search', () => {
  it('finds whatever is shown, whatever its case, and nothing else', async () => {
    write(says('The Quick fox'), bookkeeping, says('quick "quoted" ÄRGER'), says('slow'), 'not json quick\n')
    const table = createLineTable({ root: directory, path })
    const find = async (text: string) => (await searchLines(table, { text, limit: 10 }, redact)).hits
    expect((await find('quick')).map((hit) => hit.excerpt)).toEqual([
      'The Quick fox',
      'quick "quoted" ÄRGER',
      'not json quick',
    ])
    expect(await find('"quoted" ärg')).toHaveLength(1)
    expect(await find('ärger')).toHaveLength(1)
    expect(await find('xxx')).toEqual([])
    expect(await find('content')).toEqual([])
    const first = (await find('quick'))[0]?.position ?? -1
    expect(textsOf(await readPage(table, { before: first + 1, after: null, limit: 1 }, redact))).toEqual([
      'The Quick fox',
    ])
  })

  it('finds what is written otherwise than it is shown', async () => {
    const call = { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'ls /tmp' } }
    const escaped = '{"type":"user","message":{"content":"\\u00c4rger \\u0062ei a\\/b"}}\n'
    write(escaped, `${JSON.stringify({ type: 'assistant', message: { content: [call] } })}\n`)
    const table = createLineTable({ root: directory, path })
    for (const text of ['ärger bei', 'a/b', '"command": "ls', 'LS /TMP'])
      expect((await searchLines(table, { text, limit: 10 }, redact)).hits, text).toHaveLength(1)
  })

  it('neither shows nor finds a secret, whatever the file holds', async () => {
    const call = { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'curl -u me:hunter2hunter2' } }
    write(
      says('my key is AKIAIOSFODNN7EXAMPLE'),
      `${JSON.stringify({ type: 'assistant', message: { content: [call] } })}\n`,
    )
    const table = createLineTable({ root: directory, path })
    const shown = JSON.stringify(await readPage(table, { ...NEWEST, limit: 9 }, redact))
    expect(shown).toContain('curl -u me:[redacted]')
    expect(shown).not.toMatch(/hunter2|AKIA/)
    expect((await searchLines(table, { text: 'hunter2hunter2', limit: 10 }, redact)).hits).toEqual([])
    expect((await searchLines(table, { text: 'my key', limit: 10 }, redact)).hits).toMatchObject([
      { excerpt: 'my key is [redacted]' },
    ])
  })

  it('says when there is more', async () => {
    write(says('a'), says('a'), says('a'))
    const table = createLineTable({ root: directory, path })
    expect(await searchLines(table, { text: 'a', limit: 2 }, redact)).toMatchObject({ hits: [{}, {}], more: true })
    expect(await searchLines(table, { text: 'a', limit: 3 }, redact)).toMatchObject({ more: false })
  })
})
