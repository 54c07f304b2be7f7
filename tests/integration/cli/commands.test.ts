import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { event } from '@/contracts/event/event'
import { node } from '@/contracts/node/node'
import { project as projectSchema, projectVariable } from '@/contracts/project/project'
import { quota } from '@/contracts/quota/quota'
import { runnerScreen } from '@/contracts/runner/inputs'
import { runner } from '@/contracts/runner/runner'
import { session } from '@/contracts/session/session'
import { reconcileReport, systemStatus } from '@/contracts/system/system'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { runCommand } from '../../support/run-command'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

let stack: Stack
let project: { name: string; path: string }
beforeAll(async () => {
  stack = await startStack()
  project = await createProject(stack, { runnerQuota: 50 })
})
afterAll(() => stack.stop())

/** Runs it, expects exit code 0 and nothing on stderr, and returns stdout. */
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await stack.cli(args)
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
  return stdout
}
/** The JSON it prints, which must be exactly what the API's schema says: no member more, none less. */
async function json<T extends z.ZodType>(schema: T, ...args: string[]): Promise<z.output<T>> {
  const printed: unknown = JSON.parse(await ok(...args, '--json'))
  const parsed = schema.parse(printed)
  expect(printed, args.join(' ')).toEqual(parsed)
  return parsed
}
const launch = () => launchRunning(stack, { project: project.name, provider: 'shell' })

describe('exit codes', () => {
  const other = { STRATAVORE_TOKEN: `svt_${'A'.repeat(43)}` }
  it.each([
    [0, ['version'], {}],
    [1, ['status'], other],
    [2, ['--bogus'], {}],
    [2, ['launch'], {}],
    [2, ['launch', 'x', '--provider', 'emacs'], {}],
    [2, ['launch', 'x', '--count', '0'], {}],
    [2, ['status'], { STRATAVORE_PRT: '1' }],
    [2, ['attach', randomUUID()], {}],
    [2, [], {}],
    [3, ['launch', 'nobody'], {}],
    [3, ['nobody'], {}],
    [3, ['show', randomUUID()], {}],
    [3, ['show', 'zzz'], {}],
    [5, ['status'], { STRATAVORE_URL: 'http://127.0.0.1:9' }],
  ] as const)('%i for %j', async (expected, args, env) => {
    const { code, stdout, stderr } = await stack.cli(args, { env })
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: expected, stdout: '' })
    if (code === 0) return
    // One line that says it, for scripts; no stack. Only the bare call shows the help above it.
    expect(stderr).not.toMatch(/\bat \S+ \(|node_modules|\.mjs/)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^(stratavore: |hint: |\s)/)
  })

  it('4 for a launch over the quota, and the others are launched', async () => {
    const small = await createProject(stack, { runnerQuota: 2 })
    const { code, stdout, stderr } = await stack.cli(['launch', small.name, '--count', '3', '--json'])
    expect(code).toBe(4)
    expect(runner.array().parse(JSON.parse(stdout))).toHaveLength(2)
    expect(stderr).toContain('1 of 3 not launched')
  })

  it('1 for what is in the wrong state', async () => {
    const { id } = await launch()
    await ok('kill', id)
    await untilStatus(stack, id, ['terminated'])
    expect(await stack.cli(['kill', id])).toMatchObject({ code: 1, stderr: expect.stringContaining('already ended') })
  })
})

describe('--json prints the objects of the API', () => {
  it('launch: the runner, an array with --count', async () => {
    const one = await json(runner, 'launch', project.name, '--provider', 'shell')
    expect(one).toMatchObject({ project: project.name, provider: 'shell' })
    expect(await json(runner.array(), 'launch', project.name, '--count', '2')).toHaveLength(2)
    expect(await json(runner.array(), 'launch', project.name, '--count', '1')).toHaveLength(1)
  })

  it('show, pause, resume, restart, kill: the runner', async () => {
    const { id } = await launch()
    expect(await json(runner, 'show', id)).toMatchObject({ id, status: 'running' })
    await json(runner, 'pause', id)
    await untilStatus(stack, id, ['paused'])
    await json(runner, 'resume', id)
    await untilStatus(stack, id, ['running'])
    await json(runner, 'restart', id)
    await waitUntil('it runs again', async () => (await stack.api.runner.get.query({ id })).pid !== null)
    expect(await json(runner.array(), 'kill', id, '--force')).toMatchObject([{ id, desired: 'terminated' }])
  })

  it('and the listings', async () => {
    const status = await json(systemStatus, 'status')
    expect(status.web.pid).toBe((await stack.pids()).web)
    expect(status.daemon?.pid).toBe((await stack.pids()).daemon)
    const { id } = await launch()
    const listed = await json(runner.array(), 'runners', '--project', project.name)
    expect(listed.map((each) => each.id)).toContain(id)
    expect(await json(projectSchema.array(), 'projects')).not.toEqual([])
    expect(await json(projectSchema, 'projects', 'show', project.name)).toMatchObject({ name: project.name })
    expect(await json(event.array(), 'events', '--limit', '5')).toHaveLength(5)
    expect(await json(node.array(), 'nodes')).toMatchObject([{ name: 'local', online: true }])
    await json(session.array(), 'sessions')
    await json(quota.array(), 'quota', 'show')
    await json(reconcileReport, 'reconcile')
    await json(runnerScreen, 'screen', id)
  })
})

describe('ids', () => {
  it('may be shortened to any beginning that no other has', async () => {
    const { id } = await launch()
    expect(await json(runner, 'show', id.slice(0, 8))).toMatchObject({ id })
    expect(await json(runner, 'show', id.slice(0, 12).toUpperCase())).toMatchObject({ id })
    const all = await stack.api.runner.list.query({ all: true })
    const shared = [...'0123456789abcdef'].find((digit) => all.filter((each) => each.id.startsWith(digit)).length > 1)
    // 17 runners share a first digit for certain; there may be fewer here.
    if (shared !== undefined) expect(await stack.cli(['show', shared])).toMatchObject({ code: 2 })
  })
})

describe('kill', () => {
  it('takes several ids, a project, or all', async () => {
    const other = await createProject(stack)
    const [a, b] = [await launch(), await launch()]
    const c = await launchRunning(stack, { project: other.name, provider: 'shell' })
    await ok('kill', a.id, b.id.slice(0, 10))
    for (const { id } of [a, b]) await untilStatus(stack, id, ['terminated'])
    expect((await stack.api.runner.get.query({ id: c.id })).status).toBe('running')
    await ok('kill', '--project', other.name)
    await untilStatus(stack, c.id, ['terminated'])
    const d = await launch()
    await ok('kill', '--all', '--force')
    await untilStatus(stack, d.id, ['terminated'])
    await waitUntil('none is left', async () => (await stack.api.system.status.query()).counts.live === 0)
    expect(await ok('kill', '--all')).toBe('No live runners.\n')
    expect((await stack.cli(['kill'])).code).toBe(2)
    expect((await stack.cli(['kill', '--all', a.id])).code).toBe(2)
  })
})

describe('a runner', () => {
  it('is typed into and read by scripts: send, screen, logs', async () => {
    const { id } = await launch()
    await ok('send', id, 'printf "\\033[31mred\\033[0m %s\\n" $((6*7))', '--enter')
    await untilScreen(stack, id, /^red 42$/m)
    expect(await ok('screen', id)).toMatch(/^red 42$/m)
    expect(await ok('screen', id)).not.toContain('\x1b')
    expect(await ok('screen', id, '--ansi')).toContain('\x1b[31mred')
    expect(await ok('logs', id)).toMatch(/^red 42$/m)
    expect(await ok('logs', id, '--raw', '--all')).toContain('\x1b[31mred')
  })

  it('is followed to its end by logs -f', async () => {
    const { id } = await launch()
    const following = stack.cli(['logs', '-f', id])
    await typeLine(stack, id, 'for i in 1 2 3; do echo "line $i"; done; exit 0')
    const { code, stdout } = await following
    expect(code).toBe(0)
    expect(stdout).toMatch(/^line 1\r?\nline 2\r?\nline 3$/m)
  })

  it('is launched by its project alone, or found when it lives already', async () => {
    const own = await createProject(stack)
    expect(await ok(own.name)).toContain('starting')
    const [first] = await stack.api.runner.list.query({ project: own.name })
    await untilStatus(stack, first?.id ?? '', ['running'])
    expect(await ok(own.name)).toContain(first?.id.slice(0, 8))
    expect(await stack.api.runner.list.query({ project: own.name })).toHaveLength(1)
  })
})

describe('a project', () => {
  it('is made, archived and deleted', async () => {
    const made = await json(projectSchema, 'new', 'made', '--path', project.path, '--provider', 'shell', '--quota', '3')
    expect(made).toMatchObject({ name: 'made', path: project.path, defaultProvider: 'shell', runnerQuota: 3 })
    await ok('projects', 'archive', 'made')
    expect((await stack.cli(['launch', 'made'])).code).toBe(1)
    expect((await stack.cli(['projects', 'delete', 'made'])).code).toBe(2)
    await ok('projects', 'delete', 'made', '--yes')
    expect((await stack.cli(['projects', 'show', 'made'])).code).toBe(3)
  })

  it('in a directory that is none is refused with code 2', async () => {
    const { code, stderr } = await stack.cli(['new', 'none', '--path', join(project.path, 'nowhere')])
    expect(code).toBe(2)
    expect(stderr).toContain('does not exist')
  })

  it('keeps variables for its runners, and shows their names only', async () => {
    await ok('projects', 'env', project.name, 'set', 'FROM_CLI=the value', 'OTHER=x')
    expect(
      (await json(projectVariable.array(), 'projects', 'env', project.name, 'list')).map((each) => each.name),
    ).toEqual(['FROM_CLI', 'OTHER'])
    const { id } = await launch()
    await typeLine(stack, id, 'echo "it is $FROM_CLI"')
    await untilScreen(stack, id, /^it is the value$/m)
    await ok('projects', 'env', project.name, 'unset', 'OTHER')
    const list = await ok('projects', 'env', project.name, 'list')
    expect(list).toContain('FROM_CLI')
    expect(list).not.toMatch(/OTHER|the value/)
    expect((await stack.cli(['projects', 'env', project.name, 'unset', 'OTHER'])).code).toBe(3)
    expect((await stack.cli(['projects', 'env', project.name, 'set', 'A B=c'])).code).toBe(2)
  })

  it('has a quota that is shown and set', async () => {
    expect(await json(quota.array(), 'quota', 'set', project.name, '40')).toMatchObject([{ limit: 40, explicit: true }])
    expect(await json(quota.array(), 'quota', 'show', project.name)).toMatchObject([{ limit: 40 }])
    for (const wrong of ['-1', '1.5', 'NaN', '1e3', '9223372036854775808']) {
      expect((await stack.cli(['quota', 'set', project.name, '--', wrong])).code, wrong).toBe(2)
    }
    expect(await json(quota.array(), 'quota', 'show', project.name)).toMatchObject([{ limit: 40 }])
  })
})

describe('looking at the installation', () => {
  it('config show says where each setting comes from, and masks secrets', async () => {
    const { code, stdout } = await stack.cli(['config', 'show', '--source'], {
      env: { DATABASE_URL: 'postgresql://me:hunter2@db.example:5432/x' },
    })
    expect(code).toBe(0)
    expect(stdout).not.toContain('hunter2')
    expect(stdout).toMatch(/databaseUrl.*environment/)
    expect(stdout).toMatch(/port .*environment/)
    expect(stdout).toMatch(/host .*default/)
  })

  it('doctor finds it well', async () => {
    const { code, stdout } = await stack.cli(['doctor'])
    expect(stdout).not.toContain('problem')
    expect(code).toBe(0)
    for (const part of ['node', 'server', 'daemon', 'database', 'shell on local']) expect(stdout).toContain(part)
  })

  it('doctor says what is wrong when nothing answers', async () => {
    const { code, stdout } = await stack.cli(['doctor'], { env: { STRATAVORE_URL: 'http://127.0.0.1:9' } })
    expect(code).toBe(1)
    expect(stdout).toMatch(/problem\s+server/)
  })

  it('completion for bash parses, and completes', async () => {
    const script = await ok('completion', 'bash')
    expect(await runCommand('bash', ['-n'], { stdin: script })).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const shell of ['zsh', 'fish']) expect(await ok('completion', shell)).toContain('__complete')
    expect((await ok('__complete', '--', 'launch', '')).split('\n')).toContain(project.name)
    expect((await stack.cli(['completion', 'tcsh'])).code).toBe(2)
  })

  it('colours obey a pipe', async () => {
    expect(await ok('status')).not.toContain('\x1b')
    expect(await ok('runners')).not.toContain('\x1b')
  })
})
