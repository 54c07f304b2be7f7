import { execFileSync } from 'node:child_process'
import {
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileRefused, keepOut, openBelow, openRegular } from './open-below'

/** Somebody else, who need not exist. */
const OTHER_UID = 54_321

let directory: string
/** What a program keeps its own in, and what it must not lead to. */
let root: string
let elsewhere: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-below-'))
  root = join(directory, 'program')
  elsewhere = join(directory, 'elsewhere')
  mkdirSync(join(root, 'kept'), { recursive: true })
  mkdirSync(elsewhere)
  writeFileSync(join(root, 'kept', 'own.txt'), 'own')
  writeFileSync(join(elsewhere, 'own.txt'), 'secret')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const below = (relative: string, from = root) => ({ root: from, path: join(from, relative) })

async function read(relative: string, from = root): Promise<string> {
  const file = await openBelow(below(relative, from))
  try {
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** Why it is refused; fails when it is not. */
async function refusal(relative: string, from = root): Promise<string> {
  const error = await openBelow(below(relative, from)).then(
    (file) => file.close().then(() => new Error('it was opened')),
    (refused: unknown) => refused,
  )
  expect(error).toBeInstanceOf(FileRefused)
  return (error as Error).message
}

describe('a file below its root', () => {
  it('is read, also where the root is a link of one’s own', async () => {
    expect(await read('kept/own.txt')).toBe('own')
    const link = join(directory, 'link')
    symlinkSync(root, link)
    expect(await read('kept/own.txt', link)).toBe('own')
  })
  it('is none where there is none, as the system says it', async () => {
    await expect(openBelow(below('kept/none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
  it('is read where it has a second name, as backups give it', async () => {
    linkSync(join(root, 'kept/own.txt'), join(elsewhere, 'backup.txt'))
    expect(await read('kept/own.txt')).toBe('own')
  })
})

describe('refused is', () => {
  it('a link, wherever it leads', async () => {
    symlinkSync(join(elsewhere, 'own.txt'), join(root, 'out.txt'))
    symlinkSync('/dev/zero', join(root, 'zero.txt'))
    symlinkSync(join(root, 'kept/own.txt'), join(root, 'in.txt'))
    for (const name of ['out.txt', 'zero.txt', 'in.txt']) expect(await refusal(name)).toMatch(/symbolic link/)
  })
  it('what a linked directory leads to, files of the system too', async () => {
    symlinkSync(elsewhere, join(root, 'out'))
    symlinkSync('/dev', join(root, 'dev'))
    expect(await refusal('out/own.txt')).toMatch(/not really below/)
    expect(await refusal('dev/zero')).toMatch(/not a regular file/)
    expect(await refusal('../elsewhere/own.txt')).toMatch(/not really below/)
  })
  it('a pipe, without waiting for who writes into it, and a directory', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(await refusal('pipe')).toMatch(/not a regular file/)
    await expect(openRegular(join(root, 'pipe'))).rejects.toThrow(FileRefused)
    expect(await refusal('kept')).toMatch(/not a regular file/)
  })
  it('what is Stratavore’s own, below a root that holds it', async () => {
    const home = join(root, 'stratavore')
    mkdirSync(home)
    writeFileSync(join(home, 'key'), 'secret')
    keepOut([home])
    expect(await refusal('stratavore/key')).toMatch(/Stratavore's own/)
    expect(await read('kept/own.txt')).toBe('own')
  })
})

// Only root makes files of somebody else.
describe.skipIf(process.geteuid?.() !== 0)('of another user', () => {
  it('a root that is led into files of ours is refused, one that is led to its owner’s is not', async () => {
    const link = join(directory, 'link')
    symlinkSync(root, link)
    lchownSync(link, OTHER_UID, OTHER_UID)
    expect(await refusal('kept/own.txt', link)).toMatch(/somebody else has led elsewhere/)
    chownSync(root, OTHER_UID, OTHER_UID)
    expect(await read('kept/own.txt', link)).toBe('own')
  })
  it('a hard link to a file of ours is refused', async () => {
    linkSync(join(elsewhere, 'own.txt'), join(root, 'hard.txt'))
    expect(await read('hard.txt')).toBe('secret')
    chownSync(root, OTHER_UID, OTHER_UID)
    expect(await refusal('hard.txt')).toMatch(/hard link/)
  })
})

it('a file that is told to nobody may be a link, and is a file nevertheless', async () => {
  symlinkSync(join(elsewhere, 'own.txt'), join(root, 'out.txt'))
  const file = await openRegular(join(root, 'out.txt'))
  expect(await file.readFile('utf8')).toBe(readFileSync(join(elsewhere, 'own.txt'), 'utf8'))
  await file.close()
  await expect(openRegular('/dev/zero')).rejects.toThrow(FileRefused)
})
