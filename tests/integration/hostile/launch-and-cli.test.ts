import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { appRouter } from '@/server/trpc/app-router'
import { checkout } from '../../support/checkout'
import { cleanEnvironment } from '../../support/child-environment'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { spawnLauncher } from '../../support/launcher'
import { runCommand } from '../../support/run-command'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { errorCodeOf, rawRequest } from '../api/raw-http'

// One test for each line of "Hostile inputs: Launch and CLI" in the design; the line is its title. Wider ones are in
// ../api/bad-input.test.ts, ../runner/isolation.test.ts and ../cli.

// Every command and every shell is a process of its own, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 180_000 })

const CANARY = 'canary-8be1'
let temp: TempHome
let stack: Stack
let project: { name: string; path: string }

beforeAll(async () => {
  temp = createTempHome()
  stack = await startStack({
    home: temp.path,
    env: {
      STRATAVORE_PROJECT_ROOTS: join(temp.path, '../work'),
      LD_PRELOAD: '',
      NODE_OPTIONS: '',
      GIT_SSH_COMMAND: `ssh -o ${CANARY}`,
      SOME_SECRET: CANARY,
    },
  })
  project = await createProject(stack)
})
afterAll(async () => {
  await stack.stop()
  temp.remove()
})

const mutate = (procedure: string, body: unknown) =>
  rawRequest(stack.url, {
    method: 'POST',
    path: `/api/trpc/${procedure}`,
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

it('prompt `--settings=/tmp/x` or `-p` → plain text, never a flag', async () => {
  for (const prompt of ['--settings=/tmp/x', '-p']) {
    const { id } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'echo', prompt })
    expect(await untilScreen(stack, id, prompt)).toContain(prompt)
    await stack.api.runner.stop.mutate({ id })
    await untilStatus(stack, id, ['terminated', 'failed'])
  }
})

it('path `../..`, a symlink out of the root, `~`, NUL, `/proc/self` → 400, judged after realpath', async () => {
  symlinkSync('/etc', join(stack.workDir, 'out'))
  symlinkSync('/proc/self', join(stack.workDir, 'proc'))
  const paths = [
    `${stack.workDir}/../..`,
    '../..',
    join(stack.workDir, 'out'),
    join(stack.workDir, 'proc'),
    '~',
    '~/x',
    `${stack.workDir}\0`,
    '/proc/self',
    stack.home,
  ]
  for (const path of paths) {
    const answer = await mutate('project.create', { name: 'never', path })
    expect([answer.status, errorCodeOf(answer)], JSON.stringify(path)).toEqual([400, 'invalid_input'])
  }
})

it('path with `$(id)`, `;`, newline, quote → literal (no shell between us and exec)', async () => {
  const path = join(stack.workDir, '$(id); touch pwned \n"\'`id`')
  mkdirSync(path)
  await stack.api.project.create.mutate({ name: 'literal', path, defaultProvider: 'shell' })
  const runner = await launchRunning(stack, { project: 'literal' })
  expect(runner.cwd).toBe(path)
  await typeLine(stack, runner.id, 'touch here; echo do""ne')
  await untilScreen(stack, runner.id, 'done')
  expect(existsSync(join(path, 'here'))).toBe(true)
  for (const place of [path, stack.workDir, stack.home, checkout]) expect(existsSync(join(place, 'pwned'))).toBe(false)
})

it('caller-set LD_PRELOAD, NODE_OPTIONS, PATH, GIT_SSH_COMMAND, ANTHROPIC_BASE_URL → refused unless the project allows it', async () => {
  const names = ['LD_PRELOAD', 'NODE_OPTIONS', 'PATH', 'GIT_SSH_COMMAND', 'ANTHROPIC_BASE_URL']
  for (const name of names) {
    for (const field of ['env', 'variables', 'environment']) {
      const answer = await mutate('runner.launch', {
        project: project.name,
        provider: 'shell',
        [field]: { [name]: '/evil' },
      })
      expect([answer.status, errorCodeOf(answer)], `${field} ${name}`).toEqual([400, 'invalid_input'])
    }
  }
  // Nor does what the shell of the launcher had reach a runner.
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 300, rows: 100 })
  await typeLine(stack, runner.id, 'clear; env | sort; echo do""ne')
  const own = await untilScreen(stack, runner.id, 'done')
  for (const name of names.filter((one) => one !== 'PATH')) expect(own).not.toContain(`${name}=`)
  // A project that says so is heard.
  await stack.api.project.setVariable.mutate({ project: project.name, name: 'GIT_SSH_COMMAND', value: 'ssh -4' })
  const allowed = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 300, rows: 100 })
  await typeLine(stack, allowed.id, 'clear; env | sort; echo do""ne')
  expect(await untilScreen(stack, allowed.id, 'done')).toContain('GIT_SSH_COMMAND=ssh -4')
})

it('`env` and `/proc/self/fd` inside a runner → no DATABASE_URL, AMQP, MAC key, agent token; no foreign ptmx', async () => {
  await launchRunning(stack, { project: project.name, provider: 'shell' })
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell', cols: 300, rows: 100 })
  await typeLine(stack, runner.id, 'clear; env; ls -l /proc/$$/fd /proc/self/fd; echo do""ne')
  const text = await untilScreen(stack, runner.id, 'done')
  for (const secret of [
    'DATABASE_URL',
    'AMQP',
    'postgresql://',
    'AUDIT',
    'svt_',
    'sva_',
    stack.token,
    CANARY,
    'SOME_SECRET',
    'ptmx',
    'socket:',
  ])
    expect(text).not.toContain(secret)
})

it('kill by raw pid → not offered', async () => {
  const procedures = Object.keys(appRouter._def.procedures as unknown as Record<string, unknown>)
  expect(procedures.filter((name) => /kill|signal|exec|spawn/i.test(name))).toEqual([])
  const { web } = await stack.pids()
  for (const id of [web, String(web), `${web}`]) expect((await mutate('runner.stop', { id })).status).toBe(400)
  const { code } = await stack.cli(['kill', String(web)])
  expect(code).not.toBe(0)
  expect((await stack.pids()).web).toBe(web)
})

/** The CLI with its streams as they are given. */
function cli(args: string[], stdio: ('ignore' | 'pipe')[], closeStdout = false) {
  const child = spawn(process.execPath, [join(checkout, 'dist/cli.mjs'), ...args], {
    env: cleanEnvironment({
      STRATAVORE_HOME: stack.home,
      STRATAVORE_PORT: String(stack.ports.port),
      HOME: stack.userHome,
    }),
    stdio: stdio as ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  if (closeStdout) child.stdout?.destroy()
  else child.stdout?.resume()
  return new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stderr }))
  })
}

it('unknown CLI flag, closed stdin, no TTY, EPIPE → an exit code and one line, no stack', async () => {
  const oneLine = (stderr: string) => {
    expect(stderr).not.toMatch(/\n\s+at |node:internal|Error:/)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
  }
  const flag = await cli(['runners', '--no-such-flag'], ['ignore', 'pipe', 'pipe'])
  expect(flag.code).toBe(2)
  oneLine(flag.stderr)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const noTty = await cli(['attach', id], ['ignore', 'pipe', 'pipe'])
  expect(noTty.code).toBe(2)
  expect(noTty.stderr).toContain('attach needs a terminal')
  oneLine(noTty.stderr)
  await stack.api.runner.stop.mutate({ id, force: true })
  const closed = await cli(['runners', '--json'], ['ignore', 'pipe', 'pipe'])
  expect([closed.code, closed.stderr]).toEqual([0, ''])
  const gone = await cli(['runners', '--json'], ['ignore', 'pipe', 'pipe'], true)
  expect(gone.code).not.toBeNull()
  oneLine(gone.stderr)
})

it("somebody else listens where this home's server should → the CLI tells them nothing", async () => {
  const home = createTempHome()
  mkdirSync(join(home.path, 'keys'), { recursive: true })
  for (const key of ['cli.token', 'control.key'])
    copyFileSync(join(stack.home, 'keys', key), join(home.path, 'keys', key))
  const heard: string[] = []
  const squatter = createServer((request, response) => {
    heard.push(`${request.url} ${JSON.stringify(request.headers)}`)
    // Passes the question on to the real one, which answers for another port.
    void fetch(`${stack.url}${request.url}`).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })
  })
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as AddressInfo
  const run = (args: string[]) =>
    runCommand(process.execPath, [join(checkout, 'dist/cli.mjs'), ...args], {
      env: cleanEnvironment({ STRATAVORE_HOME: home.path, STRATAVORE_PORT: `${port}` }),
    })
  for (const args of [['runners'], ['runners', '--url', `http://localhost:${port}`]]) {
    const { code, stdout, stderr } = await run(args)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('does not prove to be the server of this home')
  }
  // A launcher that finds the home's own launcher at work, and its web gone.
  const taken = JSON.parse(readFileSync(join(stack.home, 'run/launcher.json'), 'utf8')) as object
  mkdirSync(join(home.path, 'run'))
  const url = `http://127.0.0.1:${port}`
  writeFileSync(join(home.path, 'run/launcher.json'), JSON.stringify({ ...taken, url }))
  const before = heard.length
  const second = spawnLauncher({ env: { STRATAVORE_HOME: home.path, STRATAVORE_PORT: `${port}` } })
  await second.exited
  expect(second.output()).toContain(`already up: ${url}`)
  expect(second.output()).toContain('does not answer yet')
  expect(heard.length).toBeGreaterThan(before)
  expect(heard.join('\n')).not.toContain(stack.token)
  squatter.close()
  home.remove()
})
