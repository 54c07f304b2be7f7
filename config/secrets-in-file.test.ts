import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { removeFromFile, secretsInFile } from './secrets-in-file'

it('takes one out of the file that a link leads to, and the link stays', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-settings-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [kept, home] = [join(directory, 'kept'), join(directory, 'home')]
  for (const each of [kept, home]) mkdirSync(each)
  const file = join(kept, 'stratavore.yaml')
  writeFileSync(file, 'port: 7000\nntfyToken: tk_abcdefgh\n')
  const link = join(home, 'stratavore.yaml')
  symlinkSync('../kept/stratavore.yaml', link)
  removeFromFile(link, 'ntfyToken')
  expect(readlinkSync(link)).toBe('../kept/stratavore.yaml')
  expect(readFileSync(file, 'utf8')).toBe('port: 7000\n')
  expect([readdirSync(kept), readdirSync(home)]).toEqual([['stratavore.yaml'], ['stratavore.yaml']])
})

it('finds secrets in the file and takes one out, comments and all else staying', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-settings-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'stratavore.yaml')
  writeFileSync(path, '# mine\nport: 7000\nntfyToken: tk_abcdefgh # of the phone\nlogLevel: warn\n')
  expect(secretsInFile(path, ['ntfyToken', 'webhookSecret'])).toEqual(new Map([['ntfyToken', 'tk_abcdefgh']]))
  removeFromFile(path, 'ntfyToken')
  expect(readFileSync(path, 'utf8')).toBe('# mine\nport: 7000\nlogLevel: warn\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(secretsInFile(join(directory, 'none.yaml'), ['ntfyToken']).size).toBe(0)
  removeFromFile(path, 'port')
  removeFromFile(path, 'logLevel')
  expect(secretsInFile(path, ['ntfyToken']).size).toBe(0)
})
