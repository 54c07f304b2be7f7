import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readSmallBelow, readSmallRegular } from './read-small'

let root: string
let path: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stratavore-small-'))
  path = join(root, 'a.txt')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it('reads up to a size in bytes, and nothing of what is longer', async () => {
  expect(await readSmallBelow({ root, path }, 4)).toBeNull()
  writeFileSync(path, '')
  expect(await readSmallBelow({ root, path }, 4)).toBe('')
  writeFileSync(path, 'äö')
  expect(await readSmallBelow({ root, path }, 4)).toBe('äö')
  expect(await readSmallBelow({ root, path }, 3)).toBeNull()
})

it('reads no device that never ends, as a link or as itself', async () => {
  symlinkSync('/dev/zero', path)
  expect(await readSmallBelow({ root, path }, 4)).toBeNull()
  expect(await readSmallRegular(path, 4)).toBeNull()
})
