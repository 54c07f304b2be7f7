import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyFile } from './program-state'

/** Later than any file is made here. */
const FAR_OFF = 4_000_000_000

describe.skipIf(process.platform !== 'linux')("a sandbox's copy of its user's file", () => {
  let place: string
  let root: string
  let theirs: string
  let copy: string
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'stratavore-copy-'))
    root = join(place, 'sandboxes')
    mkdirSync(join(root, 'own'), { recursive: true })
    theirs = join(place, 'auth.json')
    copy = join(root, 'own', 'auth.json')
    writeFileSync(theirs, 'first')
  })
  afterEach(() => rmSync(place, { recursive: true, force: true }))
  const renew = () => copyFile(root, theirs, copy, 'note', { account: null, setpriv: null })
  const copied = () => readFileSync(copy, 'utf8')

  it('stays what the sandbox makes of it until the user changes the file, whatever time the copy claims', async () => {
    await renew()
    writeFileSync(copy, 'of the sandbox')
    utimesSync(copy, FAR_OFF, FAR_OFF)
    await renew()
    expect(copied()).toBe('of the sandbox')
    writeFileSync(theirs, 'changed by its user')
    await renew()
    expect(copied()).toBe('changed by its user')
  })

  it('replaces whatever a sandbox has laid there', async () => {
    mkdirSync(join(copy, 'full'), { recursive: true })
    await renew()
    expect(copied()).toBe('first')
    rmSync(copy)
    const elsewhere = join(place, 'elsewhere')
    writeFileSync(elsewhere, 'not to be touched')
    symlinkSync(elsewhere, copy)
    await renew()
    expect(copied()).toBe('first')
    expect(readFileSync(elsewhere, 'utf8')).toBe('not to be touched')
  })

  it('goes with the file, and what the sandbox has by itself stays', async () => {
    await renew()
    rmSync(theirs)
    await renew()
    expect(copied).toThrow(/ENOENT/)
    writeFileSync(copy, 'signed in here')
    await renew()
    expect(copied()).toBe('signed in here')
  })

  it('is not made of a symbolic link', async () => {
    rmSync(theirs)
    symlinkSync('/etc/hostname', theirs)
    await expect(renew()).rejects.toMatchObject({ message: expect.stringContaining('is a symbolic link') })
    expect(copied).toThrow(/ENOENT/)
  })
})
