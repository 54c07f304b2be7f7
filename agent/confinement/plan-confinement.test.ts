import { describe, expect, it } from 'vitest'
import { type ConfinementProfile, confinementContradiction, DEFAULT_CONFINEMENT } from '@/contracts/project/confinement'
import { parseAccount } from './account'
import { environmentOf, withinSandbox } from './confined-environment'
import type { MachineFacts } from './machine'
import { confinementProblem, environmentProblem, planConfinement } from './plan-confinement'

const able: MachineFacts = {
  uid: 0,
  tools: {
    setpriv: '/bin/setpriv',
    bwrap: '/bin/bwrap',
    env: '/bin/env',
    shell: '/bin/sh',
    stat: '/bin/stat',
    find: '/bin/find',
  },
  locking: { works: true },
  sandbox: { works: true },
}
const bare: MachineFacts = {
  uid: 1000,
  tools: { setpriv: null, bwrap: null, env: null, shell: null, stat: null, find: null },
  locking: { works: false, reason: 'setpriv is not installed' },
  sandbox: { works: false, reason: 'bwrap is not installed' },
}
const SEEN = [{ path: '/p', identity: '8:42', isAlias: false }]
const ann = { name: 'ann', uid: 1001, gid: 100, home: '/home/ann', shell: '/bin/zsh' }
const profile = (changes: Partial<ConfinementProfile> = {}) => ({ ...DEFAULT_CONFINEMENT, ...changes })

const plan = (changes: Partial<ConfinementProfile>, machine = able, more: { groupFile?: string } = {}) => {
  const { user } = changes
  const account = user ? ann : null
  const request = { account, mounts: ['--ro-bind', '/usr', '/usr'], seen: SEEN, groupFile: null, cwd: '/p', ...more }
  const { file, args, ...rest } = planConfinement(
    { ...request, profile: profile(changes), file: '/bin/claude', args: ['--', '-p $(id)'] },
    machine,
  )
  return { command: [file, ...args], ...rest }
}

describe('planConfinement', () => {
  it('locks privileges by default where it can, and runs the program as it is where it cannot', () => {
    expect(plan({})).toMatchObject({
      command: ['/bin/setpriv', '--no-new-privs', '--', '/bin/claude', '--', '-p $(id)'],
      expected: { sandbox: false, network: 'host', noNewPrivs: true, uid: 0, ownGroup: false },
      hasWrapper: false,
    })
    expect(plan({}, bare)).toMatchObject({
      command: ['/bin/claude', '--', '-p $(id)'],
      expected: { noNewPrivs: false, uid: 1000 },
    })
    expect(plan({ privileges: 'free' }).command).toEqual(['/bin/claude', '--', '-p $(id)'])
  })

  it('puts the program below bubblewrap, which leaves signals to it and has no rights of root', () => {
    const { command, hasWrapper, expected } = plan({ sandbox: true, network: false })
    expect(command.slice(0, 6)).toEqual([
      ...['/bin/env', '--ignore-signal=HUP,INT,QUIT,TERM', '/bin/bwrap', '--ro-bind', '/usr', '/usr'],
    ])
    expect(command).toEqual(expect.arrayContaining(['--cap-drop', '--unshare-net', '--chdir']))
    // What it shows is compared with what was judged, before anything of the program runs.
    expect(command.slice(-14)).toEqual([
      ...['--', '/bin/sh', '-c', expect.stringContaining('was exchanged'), '/bin/stat', '1', '8:42', '/p', ''],
      ...['/bin/env', '--default-signal=HUP,INT,QUIT,TERM', '/bin/claude', '--', '-p $(id)'],
    ])
    expect(hasWrapper).toBe(true)
    expect(expected).toEqual({ sandbox: true, network: 'none', noNewPrivs: true, uid: 0, ownGroup: false })
    expect(plan({ sandbox: true }).command).not.toContain('--unshare-net')
  })

  it('joins its group while it still may, then becomes the user, then enters the sandbox', () => {
    const { command, expected } = plan({ sandbox: true, user: 'ann' }, able, { groupFile: '/cg/cgroup.procs' })
    expect(command.slice(0, 4)).toEqual(['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', '/cg/cgroup.procs'])
    expect(command.slice(4, 10)).toEqual([
      ...['/bin/setpriv', '--reuid=1001', '--regid=100', '--init-groups', '--', '/bin/env'],
    ])
    expect(expected.uid).toBe(1001)
  })
})

describe('confinementProblem', () => {
  it('names what is asked for and cannot be had, and nothing else', () => {
    expect(confinementProblem(profile(), bare)).toBeNull()
    expect(confinementProblem(profile({ sandbox: true }), bare)).toContain('bwrap is not installed')
    expect(confinementProblem(profile({ privileges: 'locked' }), bare)).toContain('setpriv is not installed')
    expect(confinementProblem(profile({ user: 'ann' }), bare)).toContain('not root')
    const asked = profile({ sandbox: true, privileges: 'locked', user: 'ann' })
    expect(confinementProblem(asked, able)).toBeNull()
  })
})

describe('environmentProblem', () => {
  it('names variables that would act outside of the confinement, where there is one', () => {
    const variables = { LD_PRELOAD: '/p/a.so', GCONV_PATH: '/p', BASH_ENV: '/p/b', ENVIRONMENT: 'test', PS1: '$ ' }
    expect(environmentProblem(profile(), variables)).toBeNull()
    for (const confined of [profile({ sandbox: true }), profile({ user: 'ann' })]) {
      expect(environmentProblem(confined, variables)).toMatch(/ sets LD_PRELOAD, GCONV_PATH, BASH_ENV, which /)
      expect(environmentProblem(confined, { ENVIRONMENT: 'test', PS1: '$ ', PATH: '/p' })).toBeNull()
    }
  })
})

describe('a profile', () => {
  it.each([
    [{ network: false }, 'network'],
    [{ readable: ['/a'] }, 'readable'],
    [{ writable: ['/a'] }, 'writable'],
    [{ sandbox: true, privileges: 'free' }, 'privileges'],
  ] as const)('contradicts itself with %j', (changes, field) => {
    expect(confinementContradiction({ ...DEFAULT_CONFINEMENT, ...changes } as ConfinementProfile)?.field).toBe(field)
  })
})

describe('the environment', () => {
  const agent = { HOME: '/root', USER: 'root', XDG_DATA_HOME: '/root/d', SSH_AUTH_SOCK: '/s', LANG: 'C', PATH: '/bin' }

  it('is of the user who runs it, and leads to nobody else’s files or sockets', () => {
    expect(environmentOf(ann, agent)).toEqual({
      ...{ HOME: '/home/ann', USER: 'ann', LOGNAME: 'ann', SHELL: '/bin/zsh', LANG: 'C', PATH: '/bin' },
    })
    expect(withinSandbox(agent)).not.toHaveProperty('SSH_AUTH_SOCK')
  })

  it('reads a line of passwd, and nothing into what is none', () => {
    expect(parseAccount('ann:x:1001:100:Ann,,:/home/ann:/bin/zsh\n')).toEqual(ann)
    expect(parseAccount('')).toBeNull()
    expect(parseAccount('ann:x:one:100::/home/ann:')).toBeNull()
  })
})
