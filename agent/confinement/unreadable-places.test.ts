import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { unreadablePlaces } from './unreadable-places'

const FIND = '/usr/bin/find'
const root = realpathSync(mkdtempSync(join(tmpdir(), 'stratavore-unreadable-')))
chmodSync(root, 0o755)
afterAll(() => rmSync(root, { recursive: true, force: true }))

const file = (mode: number, ...path: string[]): void => {
  writeFileSync(join(root, ...path), 'x')
  chmodSync(join(root, ...path), mode)
}
const directory = (mode: number, name: string): void => {
  mkdirSync(join(root, name))
  chmodSync(join(root, name), mode)
}

it('finds what not everybody may read, and directories as a whole', async () => {
  file(0o644, 'open')
  file(0o640, 'of its group')
  directory(0o755, 'settings')
  file(0o600, 'settings', 'pass\nword')
  file(0o600, 'settings', '-name')
  directory(0o700, 'private')
  file(0o644, 'private', 'key')
  // Its files are found by who knows their names.
  directory(0o711, 'unlisted')
  symlinkSync(join(root, 'private', 'key'), join(root, 'link'))
  symlinkSync(root, join(root, 'around'))
  const found = await unreadablePlaces(FIND, [join(root, 'around'), join(root, 'nowhere')])
  const at = (path: string, isDirectory = false) => ({ path: join(root, 'around', path), isDirectory })
  expect(found.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    at('of its group'),
    at('private', true),
    at('settings/-name'),
    at('settings/pass\nword'),
    at('unlisted', true),
  ])
  expect(await unreadablePlaces(FIND, [join(root, 'nowhere')])).toEqual([])
})

it('refuses what it cannot find out, or cannot mask one by one', async () => {
  const program = (name: string, script: string): string => {
    writeFileSync(join(root, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return join(root, name)
  }
  await expect(unreadablePlaces(program('fails', 'exit 2'), [root])).rejects.toMatchObject({
    code: 'confinement_unavailable',
    message: expect.stringContaining('cannot be found out'),
  })
  const flood = program('floods', 'i=0; while [ $i -lt 1001 ]; do printf "/etc/%s\\0" $i; i=$((i + 1)); done')
  await expect(unreadablePlaces(flood, [root])).rejects.toThrow(/1001 places, at most 1000/)
  // Something went away meanwhile: the rest counts.
  const gone = program('gone', 'printf "/etc/gone-since\\0/etc\\0"; exit 1')
  expect(await unreadablePlaces(gone, [root])).toEqual([{ path: '/etc', isDirectory: true }])
})
