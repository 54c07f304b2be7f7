import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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
const fileAt = (path: string) => ({ root: dir, path })
const replace = (path: string, text: string): void => {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

it('tells a file’s text now, when it is replaced, and each text once', async () => {
  const path = join(dir, 'a.json')
  writeFileSync(path, 'one')
  const texts: string[] = []
  end = createFileWatcher(NEVER_MS)(fileAt(path), (text) => texts.push(text))
  await vi.waitFor(() => expect(texts).toEqual(['one']))
  replace(join(dir, 'b.json'), 'of another')
  replace(path, 'one')
  replace(path, 'two')
  await vi.waitFor(() => expect(texts).toEqual(['one', 'two']))
})

it('finds a file whose directory is made later', async () => {
  const path = join(dir, 'sessions', 'a.json')
  const texts: string[] = []
  end = createFileWatcher(20)(fileAt(path), (text) => texts.push(text))
  mkdirSync(join(dir, 'sessions'))
  writeFileSync(path, 'there')
  await vi.waitFor(() => expect(texts).toEqual(['there']))
})

it('tells nothing once it is ended, and others go on', async () => {
  const watchFile = createFileWatcher(NEVER_MS)
  const path = join(dir, 'a.json')
  const [first, second]: [string[], string[]] = [[], []]
  const endFirst = watchFile(fileAt(path), (text) => first.push(text))
  end = watchFile(fileAt(path), (text) => second.push(text))
  endFirst()
  replace(path, 'late')
  await vi.waitFor(() => expect(second).toEqual(['late']))
  expect(first).toEqual([])
})

it('is held up by no pipe and no link: another file is told of meanwhile', async () => {
  // More than there are threads that wait for the disk.
  const pipes = Array.from({ length: 8 }, (_, number) => join(dir, `pipe-${number}`))
  execFileSync('mkfifo', pipes)
  symlinkSync('/dev/zero', join(dir, 'endless.json'))
  const watchFile = createFileWatcher(NEVER_MS)
  const strange: string[] = []
  const ends = [...pipes, join(dir, 'endless.json')].map((path) =>
    watchFile(fileAt(path), (text) => strange.push(text)),
  )
  writeFileSync(join(dir, 'a.json'), 'one')
  const texts: string[] = []
  ends.push(watchFile(fileAt(join(dir, 'a.json')), (text) => texts.push(text)))
  end = () => {
    for (const each of ends) each()
  }
  await vi.waitFor(() => expect(texts).toEqual(['one']))
  expect(strange).toEqual([])
})
