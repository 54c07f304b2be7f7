import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AgentHome, bundleAgent, createAgentHome, exitOf } from '@/agent/testing/agent-process'
import { type FakeDaemon, shellLaunch, startFakeDaemon } from '@/agent/testing/fake-daemon'
import type { StartRunner } from '@/contracts/agent-protocol/messages'
import { type ConfinementProfile, DEFAULT_CONFINEMENT } from '@/contracts/project/confinement'
import { installDebian } from '../../support/debian-package'
import { groupToDivide } from '../../support/group-to-divide'
import { waitUntil } from '../../support/wait-until'
import { homeNow, STATES, seed } from './escape-by-state'

/** The real agent and real programs, in real sandboxes; only the daemon is a fake. */
let bundle: Awaited<ReturnType<typeof bundleAgent>>
let home: AgentHome
let daemon: FakeDaemon
let outside: string
let userHome: string
let project: string
let secret: string
let web: Server
/** Outside of HOME and of /tmp, both of which a sandbox shows empty. */
const root = realpathSync(mkdtempSync('/var/tmp/stratavore-confine-'))

beforeAll(async () => {
  if (!existsSync('/usr/bin/bwrap')) await installDebian('bubblewrap')
  bundle = await bundleAgent()
  web = createServer((_request, response) => response.end('reached'))
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
}, 360_000)
afterAll(() => {
  bundle.remove()
  web.close()
  rmSync(root, { recursive: true, force: true })
})
beforeEach(async () => {
  const place = mkdtempSync(join(root, 'p-'))
  userHome = join(place, 'user')
  mkdirSync(userHome)
  home = createAgentHome(bundle.dir, { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: userHome })
  daemon = await startFakeDaemon(home.socketPath)
  chmodSync(root, 0o755)
  chmodSync(place, 0o755)
  project = join(place, 'project')
  outside = join(place, 'outside')
  mkdirSync(project)
  mkdirSync(outside)
  secret = join(userHome, 'secret')
  writeFileSync(secret, 'classified')
  writeFileSync(join(outside, 'other'), 'not yours')
})
afterEach(async () => {
  await daemon.endAgent()
  await daemon.close()
  await home.remove()
})

const agentStarted = async (env: Record<string, string> = {}) => {
  const agent = home.start(env)
  await daemon.until('the join', () => daemon.joins.length > 0)
  return agent
}

async function ask(confinement: Partial<ConfinementProfile>, changes: Partial<StartRunner> = {}) {
  const request = shellLaunch({
    cwd: project,
    project,
    confinement: { ...DEFAULT_CONFINEMENT, ...confinement },
    cols: 200,
    ...changes,
  })
  return { request, reply: await daemon.agent().emitWithAck('startRunner', request) }
}

async function launch(confinement: Partial<ConfinementProfile>, changes: Partial<StartRunner> = {}) {
  const { request, reply } = await ask(confinement, changes)
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.error}`)
  return { ...request, process: reply.process }
}

const clientId = randomUUID()
let seq = 0
async function type(runnerId: string, text: string) {
  seq += 1
  expect(await daemon.agent().emitWithAck('input', { runnerId, clientId, seq, data: Buffer.from(text) })).toMatchObject(
    { ok: true },
  )
}
let asked = 0
/** What a command prints in a runner's shell: by files in the project, which every shell here may write. */
async function output(runnerId: string, command: string): Promise<string> {
  asked += 1
  const [said, done] = [join(project, `.said-${asked}`), join(project, `.done-${asked}`)]
  await type(runnerId, `{ ${command}; } > ${said} 2>&1; : > ${done}\r`)
  await waitUntil(`it has done ${command}`, () => existsSync(done))
  return readFileSync(said, 'utf8').trim()
}
const measured = (runnerId: string) =>
  daemon.until('what confines it', () => daemon.confined.find((report) => report.runnerId === runnerId)?.confinement)
const exitOfRunner = (runnerId: string) => daemon.exits.find((report) => report.runnerId === runnerId)?.exit
const untilExit = (runnerId: string) => daemon.until('its exit', () => exitOfRunner(runnerId))
const stop = (runnerId: string, force = false) =>
  daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force, graceMs: 8_000 })
/** Dead ones may wait for a parent that asks. */
function isRunning(pid: string): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Pids whose environment carries the runner's mark. */
const processesOf = (runnerId: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`STRATAVORE_RUNNER_ID=${runnerId}`)
      )
    } catch {
      return false
    }
  })

describe('any runner', () => {
  it('cannot gain rights by default, and can where its project says so', async () => {
    await agentStarted()
    const { runnerId } = await launch({})
    expect(await measured(runnerId)).toMatchObject({
      sandbox: false,
      network: 'host',
      noNewPrivs: true,
      otherUser: false,
    })
    expect(await output(runnerId, 'grep NoNewPrivs /proc/self/status')).toMatch(/NoNewPrivs:\s+1/)
    const free = await launch({ privileges: 'free' })
    expect(await measured(free.runnerId)).toMatchObject({ noNewPrivs: false })
    expect(await output(free.runnerId, 'grep NoNewPrivs /proc/self/status')).toMatch(/NoNewPrivs:\s+0/)
  })

  it('has its terminal and nothing else open', async () => {
    await agentStarted()
    const { runnerId } = await launch({})
    // 3 is the directory that ls itself reads.
    expect(await output(runnerId, 'ls /proc/self/fd | tr "\\n" " "')).toBe('0 1 2 3')
  })

  it('has its own control group where the machine has them, and leaves nothing in it', async () => {
    await agentStarted()
    const { runnerId } = await launch({})
    const own = groupToDivide()
    const { cgroup } = await measured(runnerId)
    // Version 1 alone, or a group that is not ours to divide: then it must say so.
    if (own === null) return expect(cgroup).toBeNull()
    if (cgroup === null) return expect.fail(`${own} can be divided here, and the runner has no group of its own`)
    const directory = join(own, cgroup.slice(cgroup.indexOf('stratavore-')))
    // Out of its tree, its session and without its mark: only the group knows it.
    await output(runnerId, 'env -i setsid -f sleep 987654')
    const lost = readFileSync(join(directory, 'cgroup.procs'), 'utf8').trim().split('\n')
    expect(lost.length).toBeGreaterThan(1)
    await stop(runnerId)
    await untilExit(runnerId)
    expect(existsSync(directory)).toBe(false)
    expect(lost.filter(isRunning)).toEqual([])
  })
})

describe('a sandbox', () => {
  it('shows the project writable, the system read-only, and no home', async () => {
    await agentStarted()
    const { runnerId } = await launch({ sandbox: true })
    expect(await measured(runnerId)).toMatchObject({
      sandbox: true,
      network: 'host',
      noNewPrivs: true,
      capabilities: false,
    })
    expect(await output(runnerId, `cat ${secret}`)).toMatch(/No such file/)
    expect(await output(runnerId, `cat ${outside}/other`)).toMatch(/No such file/)
    expect(await output(runnerId, `touch ${outside}/new`)).toMatch(/cannot touch/)
    expect(await output(runnerId, 'touch /usr/new')).toMatch(/Read-only file system/)
    expect(await output(runnerId, 'touch /new')).toMatch(/Read-only file system/)
    expect(await output(runnerId, 'echo x > /proc/sys/kernel/hostname')).toMatch(/Read-only file system|denied/)
    expect(await output(runnerId, 'pwd; echo from inside > file; cat file')).toBe(`${project}\nfrom inside`)
    expect(readFileSync(join(project, 'file'), 'utf8')).toBe('from inside\n')
    // Through the processes outside that belong to the same user.
    expect(await output(runnerId, `cat /proc/${process.pid}/root${secret}`)).toMatch(/denied|No such file/)
    expect(await output(runnerId, `tr "\\0" "\\n" < /proc/${process.pid}/environ`)).toMatch(/denied/)
    expect(await output(runnerId, 'cat /etc/shadow')).toMatch(/^$|denied/)
  })

  it('shows nothing of the system that not everybody may read, unless it is listed', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can plant a secret in /etc')
    const place = mkdtempSync('/etc/stratavore-confine-')
    try {
      chmodSync(place, 0o755)
      for (const name of ['live', 'listed']) mkdirSync(join(place, name), { mode: 0o700 })
      // As docs/exposing.md and docs/sign-in.md have them; a key may be readable by name in a closed directory.
      writeFileSync(join(place, 'live', 'privkey.pem'), 'the key', { mode: 0o644 })
      writeFileSync(join(place, 'listed', 'note'), 'a note', { mode: 0o600 })
      writeFileSync(join(place, 'oidc-secret'), 'the secret', { mode: 0o600 })
      writeFileSync(join(place, 'settings'), 'for everybody', { mode: 0o644 })
      await agentStarted()
      const { runnerId } = await launch({ sandbox: true, readable: [join(place, 'listed')] })
      expect(await output(runnerId, `cat ${place}/live/privkey.pem`)).toMatch(/No such file/)
      expect(await output(runnerId, `cat ${place}/oidc-secret`)).toMatch(/^$|denied/)
      expect(await output(runnerId, `cat ${place}/settings ${place}/listed/note`)).toBe('for everybodya note')
      expect(await output(runnerId, `touch ${place}/live/x`)).toMatch(/Read-only file system/)
      // Listing what is around it does not list it.
      const around = await launch({ sandbox: true, readable: ['/etc'] })
      expect(await output(around.runnerId, `cat ${place}/oidc-secret`)).toMatch(/^$|denied/)
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  })

  it('does not reach the machine or another sandbox through processes of its own user', async () => {
    await agentStarted()
    const other = await launch({ sandbox: true, writable: [outside] })
    const { runnerId } = await launch({ sandbox: true })
    await Promise.all([measured(other.runnerId), measured(runnerId)])
    // bubblewrap itself, which stands above the shell and outside of the sandbox.
    expect(await output(runnerId, `cat /proc/$PPID/root${secret}`)).toMatch(/denied/)
    const pids = processesOf(other.runnerId)
    expect(pids.length).toBeGreaterThan(0)
    for (const pid of [...pids, String(process.pid)]) {
      expect(await output(runnerId, `cat /proc/${pid}/root${outside}/other`)).toMatch(/denied/)
      expect(await output(runnerId, `ls /proc/${pid}/cwd/`)).toMatch(/denied/)
    }
    // What it makes is its user's all the same.
    expect(await output(runnerId, 'touch made; stat -c %u made')).toBe(String(process.getuid?.()))
    expect(statSync(join(project, 'made')).uid).toBe(process.getuid?.())
  })

  it('shows what its profile lists, and never what is Stratavore’s', async () => {
    await agentStarted()
    const notes = join(userHome, 'notes')
    mkdirSync(notes)
    writeFileSync(join(notes, 'a'), 'a note')
    const { runnerId } = await launch({ sandbox: true, readable: [notes], writable: [outside] })
    expect(await output(runnerId, `cat ${notes}/a`)).toBe('a note')
    expect(await output(runnerId, `echo > ${notes}/a`)).toMatch(/Read-only file system/)
    expect(await output(runnerId, `echo mine > ${outside}/new; cat ${outside}/new`)).toBe('mine')
    for (const path of [home.home, join(home.home, 'agent'), '/proc/self/fd', '/nowhere'])
      expect((await ask({ sandbox: true, readable: [path] })).reply).toMatchObject({
        ok: false,
        code: 'confinement_unavailable',
      })
  })

  it('is of its project, from a directory in it: one that leads out starts nothing and shows nothing', async () => {
    await agentStarted()
    const sub = join(project, 'sub')
    mkdirSync(sub)
    const inside = await launch({ sandbox: true, readable: [sub] }, { cwd: sub })
    expect(await output(inside.runnerId, `pwd; touch ${project}/made && echo made; touch x`)).toMatch(
      new RegExp(`^${sub}\nmade\n.*Read-only file system`),
    )
    await stop(inside.runnerId)
    await untilExit(inside.runnerId)
    // What a runner can do between two lives of itself, or of another one.
    rmSync(sub, { recursive: true })
    symlinkSync(userHome, sub)
    for (const [cwd, sandbox] of [
      [sub, true],
      [sub, false],
      [userHome, true],
      [`${project}/../user`, true],
    ] as const) {
      const { request, reply } = await ask({ sandbox }, { cwd, epoch: 2, runnerId: inside.runnerId })
      expect(reply).toMatchObject({ code: 'invalid_input', error: expect.stringContaining('is not in the project') })
      expect(processesOf(request.runnerId)).toEqual([])
    }
    // The same, laid in the place of a whole project by a program of one around it.
    renameSync(project, `${project}.before`)
    symlinkSync(userHome, project)
    expect((await ask({ sandbox: true })).reply).toMatchObject({
      code: 'confinement_unavailable',
      error: expect.stringContaining('is a symbolic link now'),
    })
    expect(readdirSync(userHome).sort()).toEqual(['secret'])
  })

  // Somebody else, with rights to write there, exchanges what is listed after it was judged and before it is bound: the
  // bubblewrap on this agent's PATH does just that, once it is armed, and is the real one then.
  it.each([
    ['while it is rehearsed', 1],
    ['when it is launched', 2],
  ])('starts nothing with a path that was exchanged for a link %s', async (_when, at) => {
    const tools = join(project, '..', 'tools')
    const shared = join(outside, 'shared')
    const armed = join(tools, 'armed')
    mkdirSync(tools)
    mkdirSync(shared)
    writeFileSync(join(shared, 'secret'), 'harmless')
    const swap = `mv ${shared} ${shared}.before && ln -s ${userHome} ${shared}`
    const script = `[ -e ${armed} ] && echo >> ${armed} && [ "$(wc -l < ${armed})" = ${at} ] && { ${swap}; }`
    writeFileSync(join(tools, 'bwrap'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\nexec /usr/bin/bwrap "$@"\n`)
    chmodSync(join(tools, 'bwrap'), 0o755)
    await agentStarted({ PATH: `${tools}:${process.env.PATH}` })
    const before = await launch({ sandbox: true, readable: [shared] })
    expect(await output(before.runnerId, `cat ${shared}/secret`)).toBe('harmless')

    writeFileSync(armed, '')
    const { request, reply } = await ask({ sandbox: true, readable: [shared] })
    await waitUntil('it is exchanged', () => readFileSync(`${shared}/secret`, 'utf8') === 'classified')
    if (at === 1) {
      expect(reply).toMatchObject({ ok: false, code: 'confinement_unavailable' })
      expect((reply as { error: string }).error).toContain('was exchanged for something else')
    } else {
      expect(await untilExit(request.runnerId)).toMatchObject({
        exitCode: 126,
        lastLines: expect.stringContaining('was exchanged for something else'),
      })
    }
    // What was bound before stays what it was.
    expect(await output(before.runnerId, `cat ${shared}/secret`)).toBe('harmless')
  })

  it('has a network only where its profile says so', async () => {
    await agentStarted()
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
    const fetching = `node -e 'fetch("${url}").then((r) => r.text()).then(console.log, () => console.log("no way"))'`
    const on = await launch({ sandbox: true })
    expect(await output(on.runnerId, fetching)).toBe('reached')
    const off = await launch({ sandbox: true, network: false })
    expect(await output(off.runnerId, fetching)).toBe('no way')
    expect(await measured(off.runnerId)).toMatchObject({ sandbox: true, network: 'none' })
  })

  it('leaves signals, ends and exit codes as they are', async () => {
    await agentStarted()
    const leaving = await launch({ sandbox: true })
    await measured(leaving.runnerId)
    await type(leaving.runnerId, 'exit 143\r')
    expect(await untilExit(leaving.runnerId)).toMatchObject({ exitCode: 143, signal: null })

    const { runnerId } = await launch({ sandbox: true })
    await measured(runnerId)
    // Ctrl-C ends the job and neither the shell nor the sandbox.
    expect(await output(runnerId, 'echo ready')).toBe('ready')
    await type(runnerId, 'sleep 500\r')
    await waitUntil('it sleeps', () =>
      processesOf(runnerId).some((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sleep')),
    )
    await type(runnerId, '\x03')
    expect(await output(runnerId, 'echo still here')).toBe('still here')
    const target = { runnerId, epoch: 0 }
    expect(await daemon.agent().emitWithAck('pauseRunner', target)).toEqual({ ok: true })
    expect(processesOf(runnerId).every((pid) => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))).toBe(true)
    expect(await daemon.agent().emitWithAck('resumeRunner', target)).toEqual({ ok: true })
    await stop(runnerId)
    expect(await untilExit(runnerId)).toMatchObject({
      exitCode: null,
      signal: 'SIGHUP',
      reason: 'It was stopped on request.',
    })
    expect(processesOf(runnerId)).toEqual([])

    const killed = await launch({ sandbox: true })
    await measured(killed.runnerId)
    await stop(killed.runnerId, true)
    expect(await untilExit(killed.runnerId)).toMatchObject({ signal: 'SIGKILL' })
    expect(processesOf(killed.runnerId)).toEqual([])
  })

  it('tells idle from busy, though its shell is below a wrapper', async () => {
    await agentStarted()
    const { runnerId } = await launch({ sandbox: true })
    const activity = (wanted: string) =>
      daemon.until(`it is ${wanted}`, () => {
        const vitals = daemon.heartbeats.at(-1)?.runners.find((each) => each.runnerId === runnerId)
        return vitals?.activity === wanted
      })
    await measured(runnerId)
    await activity('idle')
    await type(runnerId, 'sleep 500\r')
    await activity('working')
  }, 60_000)

  it('ends with its agent: the next one finds nothing of it', async () => {
    const agent = await agentStarted()
    const { runnerId } = await launch({ sandbox: true })
    await measured(runnerId)
    await type(runnerId, 'sleep 500 & sleep 600\r')
    await waitUntil('both sleep', () => processesOf(runnerId).length >= 4)
    agent.kill('SIGKILL')
    await exitOf(agent)
    home.start()
    expect(
      (await untilExit(runnerId).catch(() => null)) ??
        (await daemon.until('the next join', () => daemon.joins[1]?.runners[0]?.exit)),
    ).toMatchObject({ reason: 'Its agent died.' })
    expect(processesOf(runnerId)).toEqual([])
  }, 60_000)
})

describe('what programs keep', () => {
  it.each(STATES)('leaves nothing of $provider for the next one outside of the sandbox to obey', async (state) => {
    const { provider, seeded, kept, obeyed, own } = state
    const tools = join(outside, 'tools')
    mkdirSync(tools)
    // In the program's place one that does what it is told: whatever it does is done in the sandbox.
    writeFileSync(join(tools, provider), '#!/bin/sh\n[ "$1" = --help ] || exec /bin/bash --norc\n', { mode: 0o755 })
    seed(userHome, seeded)
    await agentStarted({ PATH: `${tools}:${process.env.PATH}` })
    const first = await launch({ sandbox: true }, { provider })
    const before = homeNow(userHome)
    for (const name of [...kept, ...obeyed]) {
      const path = join(userHome, name)
      await output(first.runnerId, `mkdir -p ${join(path, '..')}; rm -f ${path}; echo evil >> ${path}; ls ${path}`)
    }
    const changed = Object.fromEntries(kept.map((name) => [name, expect.stringContaining('evil')]))
    expect(homeNow(userHome)).toEqual({ ...before, ...changed })
    await stop(first.runnerId, true)
    await untilExit(first.runnerId)

    const read = [...kept, ...own].map((name) => join(userHome, name)).join(' ')
    const again = await launch({ sandbox: true }, { provider })
    expect((await output(again.runnerId, `cat ${read}`)).match(/evil/g)).toHaveLength(kept.length + own.length)
    // Another project's has nothing of it.
    const other = join(outside, 'other-project')
    mkdirSync(other)
    const others = await launch({ sandbox: true, writable: [project] }, { provider, cwd: other, project: other })
    for (const name of own) expect(await output(others.runnerId, `cat ${join(userHome, name)}`)).not.toContain('evil')
    // Nor is it to be had by naming it.
    const { reply } = await ask({ sandbox: true, readable: [join(userHome, '.local/state')] })
    expect(reply).toMatchObject({ code: 'confinement_unavailable' })
  })
})

describe('another user', () => {
  it('runs the programs, in a sandbox and without', async () => {
    // Tests of this run as root, here as on CI: an agent that is not cannot become anybody.
    await agentStarted()
    chmodSync(project, 0o777)
    for (const sandbox of [false, true]) {
      const { runnerId } = await launch({ user: 'nobody', sandbox }, { env: { SHELL: '/bin/bash' } })
      expect(await measured(runnerId)).toMatchObject({
        user: 'nobody',
        otherUser: true,
        capabilities: false,
        sandbox,
        noNewPrivs: true,
      })
      expect(await output(runnerId, 'id -un; touch mine-$$ && tty > /dev/null; cat /etc/shadow')).toMatch(
        /^nobody\n(.*denied)?$/,
      )
      await stop(runnerId)
      await untilExit(runnerId)
      expect(processesOf(runnerId)).toEqual([])
    }
    expect((await ask({ user: 'nobody-of-that-name' })).reply).toMatchObject({
      code: 'confinement_unavailable',
      error: expect.stringContaining('no user'),
    })
  })
})

describe('a machine that cannot', () => {
  it('fails the launch with the reason, and starts nothing', async () => {
    // As where bubblewrap is not installed: all else is.
    const bin = join(outside, 'bin')
    mkdirSync(bin)
    for (const name of ['env', 'sh'])
      writeFileSync(join(bin, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`, { mode: 0o755 })
    writeFileSync(join(bin, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', {
      mode: 0o755,
    })
    await agentStarted({ PATH: `${bin}:${process.env.PATH}` })
    const { request, reply } = await ask({ sandbox: true })
    expect(reply).toMatchObject({ ok: false, code: 'confinement_unavailable' })
    expect(reply).toMatchObject({ error: expect.stringContaining('No permissions to create new namespace') })
    expect(processesOf(request.runnerId)).toEqual([])
  })

  it('ends a runner that is measured to be in no sandbox, with the reason', async () => {
    // As a bubblewrap that were wrong or exchanged: it runs what it is given and confines nothing.
    const bin = join(outside, 'bin')
    mkdirSync(bin)
    const script = 'while [ "$1" != -- ]; do shift; done; shift; "$@"'
    writeFileSync(join(bin, 'bwrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    await agentStarted({ PATH: `${bin}:${process.env.PATH}` })
    const { runnerId } = await launch({ sandbox: true })
    const exit = await waitUntil('it is ended', () => exitOfRunner(runnerId), 60_000)
    expect(exit).toMatchObject({ signal: 'SIGKILL', reason: expect.stringMatching(/not confined as its project asks/) })
    expect(await measured(runnerId)).toMatchObject({ sandbox: false })
    expect(processesOf(runnerId)).toEqual([])
  }, 90_000)

  it('says so of a project that holds the home', async () => {
    await agentStarted()
    expect((await ask({ sandbox: true }, { cwd: root, project: root })).reply).toMatchObject({
      code: 'confinement_unavailable',
    })
  })
})
