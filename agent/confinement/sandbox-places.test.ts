import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { DEFAULT_CONFINEMENT } from '@/contracts/project/confinement'
import type { Account } from './account'
import { sandboxPlaces } from './sandbox-places'
import { NO_STATE } from './state-places'

const root = realpathSync(mkdtempSync('/var/tmp/stratavore-places-'))
chmodSync(root, 0o755)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A directory of its own for each, with a home and a project. */
function setUp() {
  const place = mkdtempSync(join(root, 'p-'))
  chmodSync(place, 0o755)
  const [home, project, precious] = [join(place, 'home'), join(place, 'project'), join(place, 'precious')]
  for (const directory of [home, project, precious]) mkdirSync(directory)
  const request = {
    profile: { ...DEFAULT_CONFINEMENT, sandbox: true },
    project,
    env: { HOME: home, PATH: '/usr/bin' },
    program: '/usr/bin/env',
    state: null,
    account: null,
    setpriv: '/usr/bin/setpriv',
    ours: [],
    hidden: [],
    find: '/usr/bin/find',
    secretFiles: [],
  }
  const kept = (directory: string) => ({
    ...NO_STATE,
    directories: [directory],
    fixed: [{ path: join(directory, 'settings.json'), empty: '{}' }],
  })
  return { home, project, precious, request, kept }
}

it('leaves no settings for a sandbox to make, and follows none that are a link', async () => {
  const { home, project, precious, request, kept } = setUp()
  const [directory, settings] = [join(home, '.program'), join(home, '.program', 'settings.json')]
  const state = kept(directory)
  const { fixed } = await sandboxPlaces({ ...request, state })
  const { dev, ino } = statSync(settings)
  expect(fixed).toEqual([{ from: settings, to: settings, writable: false, identity: `${dev}:${ino}` }])
  expect(readFileSync(settings, 'utf8')).toBe('{}')
  // What is there stays.
  writeFileSync(settings, '{"model":"x"}')
  await sandboxPlaces({ ...request, state })
  expect(readFileSync(settings, 'utf8')).toBe('{"model":"x"}')

  writeFileSync(join(precious, 'netrc'), 'password')
  for (const target of [join(precious, 'netrc'), join(precious, 'absent'), './other', '/dev/zero']) {
    rmSync(settings)
    symlinkSync(target, settings)
    await expect(sandboxPlaces({ ...request, state })).rejects.toThrow(/settings\.json" are a symbolic link/)
  }
  expect(readdirSync(precious)).toEqual(['netrc'])
  rmSync(settings)
  mkdirSync(settings)
  await expect(sandboxPlaces({ ...request, state })).rejects.toThrow(/no regular file/)
  // Where the sandbox may write under another name, nothing could be kept from it.
  rmSync(directory, { recursive: true })
  mkdirSync(join(project, 'dotfiles'))
  symlinkSync(join(project, 'dotfiles'), directory)
  await expect(sandboxPlaces({ ...request, state })).rejects.toThrow(/where its sandbox may write/)
  // Somebody else may have laid the second link: a program of the project that the first leads into.
  const dotfiles = join(home, 'dotfiles')
  mkdirSync(dotfiles)
  symlinkSync(precious, join(dotfiles, 'program'))
  rmSync(directory)
  symlinkSync(join(dotfiles, 'program'), directory)
  await expect(sandboxPlaces({ ...request, state })).rejects.toThrow(/over more than one link/)
  // A home of which a part is elsewhere is its owner's doing.
  rmSync(directory)
  symlinkSync(precious, directory)
  expect((await sandboxPlaces({ ...request, state })).shown).toContainEqual(
    expect.objectContaining({ from: precious, to: directory, writable: true }),
  )
})

it('shows nothing that a link in what programs may write leads to', async () => {
  const { project, precious, request, kept } = setUp()
  const link = join(project, 'link')
  symlinkSync(precious, link)
  for (const paths of [{ readable: [link] }, { writable: [link] }]) {
    const profile = { ...request.profile, ...paths }
    await expect(sandboxPlaces({ ...request, profile })).rejects.toThrow(/where its programs may write, leads to/)
  }
  for (const directory of [link, join(link, 'deep', 'er')])
    await expect(sandboxPlaces({ ...request, state: kept(directory) })).rejects.toThrow(/leads to/)
  const file = { ...NO_STATE, files: [link] }
  await expect(sandboxPlaces({ ...request, state: file })).rejects.toThrow(/leads to/)
  expect(readdirSync(precious)).toEqual([])
  symlinkSync(join(precious, 'absent'), join(project, 'dangling'))
  await expect(sandboxPlaces({ ...request, state: kept(join(project, 'dangling')) })).rejects.toMatchObject({
    code: 'confinement_unavailable',
  })
  expect(readdirSync(precious)).toEqual([])

  // Where programs are it is passed over: PATH is the user's own.
  writeFileSync(join(precious, 'package.json'), '{}')
  writeFileSync(join(precious, 'program'), '', { mode: 0o755 })
  const env = { ...request.env, PATH: `${link}:/usr/bin` }
  const { shown } = await sandboxPlaces({ ...request, env, program: join(link, 'program') })
  expect(shown.map(({ from }) => from)).toEqual([project])
  // A link that stays within is no matter, nor is one that a person names where no program writes.
  mkdirSync(join(project, 'real'))
  symlinkSync('real', join(project, 'alias'))
  symlinkSync(precious, join(precious, '..', 'named'))
  const readable = [join(project, 'alias'), join(precious, '..', 'named')]
  await sandboxPlaces({ ...request, profile: { ...request.profile, readable } })
})

it('masks Stratavore’s secrets wherever they are shown', async () => {
  const { project, precious, request } = setUp()
  for (const directory of [project, precious]) writeFileSync(join(directory, 'key.pem'), 'key')
  symlinkSync(join(project, 'key.pem'), join(precious, 'current.pem'))
  const secretFiles = [join(precious, 'current.pem'), join(precious, 'key.pem'), join(precious, 'gone.pem')]
  const { secrets } = await sandboxPlaces({ ...request, secretFiles })
  // What no sandbox shows needs no mask.
  expect(secrets.filter((path) => !path.startsWith('/etc/'))).toEqual([join(project, 'key.pem')])
  symlinkSync(precious, join(request.env.HOME, 'named'))
  const listed = { ...request.profile, readable: [join(request.env.HOME, 'named')] }
  expect((await sandboxPlaces({ ...request, profile: listed, secretFiles })).secrets).toEqual(
    expect.arrayContaining([join(precious, 'key.pem'), join(request.env.HOME, 'named', 'key.pem')]),
  )
  await expect(sandboxPlaces({ ...request, find: null })).rejects.toThrow(/find/)
})

// Only root becomes anybody else.
it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
  'makes what another user’s program keeps as that user, who cannot lead it out of its home',
  async () => {
    const { home, precious, request, kept } = setUp()
    const account: Account = { name: 'nobody', uid: 65_534, gid: 65_534, home, shell: '/bin/sh' }
    chownSync(home, account.uid, account.gid)
    const launch = (directory: string) => sandboxPlaces({ ...request, account, state: kept(directory) })
    await launch(join(home, '.config', 'program'))
    expect(statSync(join(home, '.config')).uid).toBe(account.uid)
    expect(statSync(join(home, '.config', 'program')).uid).toBe(account.uid)
    const settings = join(home, '.config', 'program', 'settings.json')
    expect(statSync(settings).uid).toBe(account.uid)
    expect(readFileSync(settings, 'utf8')).toBe('{}')

    symlinkSync(precious, join(home, '.led'))
    await expect(launch(join(home, '.led', 'program'))).rejects.toThrow(/nobody cannot have/)
    expect(existsSync(join(precious, 'program'))).toBe(false)
    expect(statSync(precious).uid).toBe(0)
  },
)

it('copies nothing from where the sandbox may write, by that name or by a link', async () => {
  const { home, project, request } = setUp()
  mkdirSync(join(project, '.program'))
  writeFileSync(join(project, '.program', 'auth.json'), 'key')
  symlinkSync(join(project, '.program'), join(home, '.program'))
  for (const directory of [project, home]) {
    const state = { ...NO_STATE, copied: [join(directory, '.program', 'auth.json')] }
    await expect(sandboxPlaces({ ...request, state })).rejects.toThrow(
      /auth\.json" lies in .*where its sandbox may write/,
    )
  }
  writeFileSync(join(home, 'auth.json'), 'key')
  const { shown } = await sandboxPlaces({ ...request, state: { ...NO_STATE, copied: [join(home, 'auth.json')] } })
  expect(shown).toContainEqual(expect.objectContaining({ to: join(home, 'auth.json'), writable: true }))
})
