import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { DEFAULT_CONFINEMENT } from '@/contracts/project/confinement'
import type { Account } from './account'
import { sandboxPlaces } from './sandbox-places'

const root = realpathSync(mkdtempSync('/var/tmp/stratavore-places-'))
chmodSync(root, 0o755)
afterEach(() => rmSync(root, { recursive: true, force: true }))

// Only root becomes anybody else.
it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
  'makes what another user’s program keeps as that user, who cannot lead it out of its home',
  async () => {
    const [home, project, precious] = [join(root, 'home'), join(root, 'project'), join(root, 'precious')]
    for (const directory of [home, project, precious]) mkdirSync(directory)
    const account: Account = { name: 'nobody', uid: 65_534, gid: 65_534, home, shell: '/bin/sh' }
    chownSync(home, account.uid, account.gid)
    const request = (directories: string[]) => ({
      profile: { ...DEFAULT_CONFINEMENT, sandbox: true, user: 'nobody' },
      cwd: project,
      env: { HOME: home, PATH: '/usr/bin' },
      program: '/usr/bin/env',
      state: { directories, files: [], fixed: [] },
      account,
      setpriv: '/usr/bin/setpriv',
      ours: [],
      hidden: [],
    })
    await sandboxPlaces(request([join(home, '.config', 'program')]))
    expect(statSync(join(home, '.config')).uid).toBe(account.uid)
    expect(statSync(join(home, '.config', 'program')).uid).toBe(account.uid)

    symlinkSync(precious, join(home, '.led'))
    await expect(sandboxPlaces(request([join(home, '.led', 'program')]))).rejects.toThrow(/nobody cannot have/)
    expect(existsSync(join(precious, 'program'))).toBe(false)
    expect(statSync(precious).uid).toBe(0)
  },
)
