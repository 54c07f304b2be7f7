import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { parseLine } from './claude/line'
import { createEntryCount } from './count-entries'
import { createLineTable } from './line-table'
import { readPage } from './read-page'
import { searchLines } from './search-lines'

const redact = createTextRedactor(['hunter2hunter2'])

vi.mock('./claude/line', async (load) => {
  const real = await load<typeof import('./claude/line')>()
  return { ...real, parseLine: vi.fn(real.parseLine) }
})

/** Of a long transcript. */
const LINES = 5_000

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-work-'))
  path = join(directory, 'session.jsonl')
  const line = (n: number) => {
    const text = n === 1234 ? 'say "needle" \u001b[1m' : `reply ${n} \u001b[0m ${'x'.repeat(400)}`
    return `${JSON.stringify({ type: 'assistant', message: { id: `m${n}`, content: [{ type: 'text', text }] } })}\n`
  }
  writeFileSync(path, Array.from({ length: LINES }, (_, n) => line(n)).join(''))
  vi.mocked(parseLine).mockClear()
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const parsed = (): number => vi.mocked(parseLine).mock.calls.length

it('a page parses what it shows and the lines just before it, however long the transcript is', async () => {
  const table = createLineTable({ root: directory, path })
  const newest = await readPage(table, { before: null, after: null, limit: 100 }, redact)
  expect(newest.entries).toHaveLength(100)
  expect(parsed()).toBeLessThan(200)
  vi.mocked(parseLine).mockClear()
  const middle = await readPage(table, { before: null, after: newest.entries[0]?.position ?? 0, limit: 50 }, redact)
  expect(middle.entries).toHaveLength(50)
  expect(parsed()).toBeLessThan(150)
})

it('a search parses no line that cannot have the text, also where the text is written otherwise', async () => {
  const { hits } = await searchLines(
    createLineTable({ root: directory, path }),
    { text: 'say "needle"', limit: 10 },
    redact,
  )
  expect(hits).toHaveLength(1)
  expect(parsed()).toBe(1)
})

it('entries of a long transcript are counted while pages are read, once', async () => {
  const table = createLineTable({ root: directory, path })
  await readPage(table, { before: null, after: null, limit: 1 }, redact)
  vi.mocked(parseLine).mockClear()
  const count = createEntryCount(table)
  expect(await count.total()).toBeNull()
  await vi.waitFor(async () => expect(await count.total()).toBe(LINES), { timeout: 10_000 })
  expect(parsed()).toBe(LINES)
})
