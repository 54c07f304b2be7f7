import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createFileWatcher } from './watch-file'

let dir: string
let end: () => void
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'stratavore-watch-'))
  end = () => {}
})
afterEach(() => {
  end()
  rmSync(dir, { recursive: true, force: true })
})

/** No poll comes within a test. */
const NEVER_MS = 3_600_000
const replace = (path: string, text: string): void => {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

it('tells a file’s text now, when it is replaced, and each text once', async () => {
  const path = join(dir, 'a.json')
  writeFileSync(path, 'one')
  const texts: string[] = []
  end = createFileWatcher(NEVER_MS)(path, (text) => texts.push(text))
  await vi.waitFor(() => expect(texts).toEqual(['one']))
  replace(join(dir, 'b.json'), 'of another')
  replace(path, 'one')
  replace(path, 'two')
  await vi.waitFor(() => expect(texts).toEqual(['one', 'two']))
})

it('finds a file whose directory is made later', async () => {
  const path = join(dir, 'sessions', 'a.json')
  const texts: string[] = []
  end = createFileWatcher(20)(path, (text) => texts.push(text))
  mkdirSync(join(dir, 'sessions'))
  writeFileSync(path, 'there')
  await vi.waitFor(() => expect(texts).toEqual(['there']))
})

it('tells nothing once it is ended, and others go on', async () => {
  const watchFile = createFileWatcher(NEVER_MS)
  const path = join(dir, 'a.json')
  const [first, second]: [string[], string[]] = [[], []]
  const endFirst = watchFile(path, (text) => first.push(text))
  end = watchFile(path, (text) => second.push(text))
  endFirst()
  replace(path, 'late')
  await vi.waitFor(() => expect(second).toEqual(['late']))
  expect(first).toEqual([])
})
