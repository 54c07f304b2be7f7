import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spawnLauncher } from '../../support/launcher'
import { isAlive, processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'

let home: TempHome
let stack: Stack

const commandsLeft = () => processesOf(home.path).map(({ command }) => command)
const postmasterPid = () => Number(readFileSync(join(home.path, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])

/** Pid of the one agent, once it has joined. */
const agentPid = () =>
  waitUntil('the agent has joined', async () => {
    const { agents } = await stack.pids()
    return agents[0] ?? false
  })

beforeAll(async () => {
  home = createTempHome()
  stack = await startStack({ home: home.path })
})
afterAll(async () => {
  await stack.stop()
  home.remove()
})

describe('one home, through its life', () => {
  it('has said each step with its time, and where to sign in', () => {
    const output = stack.launcher.output()
    for (const step of ['Start Postgres (embedded)', 'Apply migrations', 'Start the daemon', 'Start web']) {
      expect(output).toMatch(new RegExp(`✓ ${step.replace(/[()]/g, '\\$&')} +\\d+(\\.\\d)? m?s`))
    }
    expect(output).toContain(`Stratavore is up: ${stack.url}`)
    expect(readFileSync(join(home.path, 'run/login-link'), 'utf8').trim()).toBe(stack.loginLink)
  })

  it('keeps its home to its user', () => {
    const modeOf = (path: string) => statSync(join(home.path, path)).mode & 0o777
    for (const directory of ['', 'run', 'keys', 'logs', 'agent', 'postgres']) expect(modeOf(directory)).toBe(0o700)
    for (const file of ['run/login-link', 'run/launcher.json', 'postgres/password', 'keys/cli.token']) {
      expect(modeOf(file)).toBe(0o600)
    }
  })

  it('answers a second start with where it is and a fresh link', async () => {
    const second = spawnLauncher({ env: { STRATAVORE_HOME: home.path } })
    expect((await second.exited).code).toBe(0)
    expect(second.output()).toContain(`Stratavore is already up: ${stack.url}`)
    const link = /sign in: (http\S+)/.exec(second.output())?.[1]
    expect(link).toMatch(new RegExp(`^${stack.url}/login\\?code=`))
    expect(link).not.toBe(stack.loginLink)
  })

  it.each(['web', 'daemon'] as const)('starts %s again when it is killed', async (name) => {
    const before = (await stack.pids())[name]
    if (before === null) throw new Error(`${name} has no pid`)
    signal(before, 'SIGKILL')
    const after = await waitUntil(`${name} runs again`, async () => {
      const pid = (await stack.pids())[name]
      return pid !== null && pid !== before && pid
    })
    expect(isAlive(after)).toBe(true)
  })

  it('starts Postgres again, on the same port, when it is killed', async () => {
    const before = postmasterPid()
    signal(before, 'SIGKILL')
    await waitUntil('Postgres runs again', () => postmasterPid() !== before && isAlive(postmasterPid()))
    await waitUntil('the API answers', async () => (await stack.api.system.status.query()).database.ok)
  })

  it('stops web, daemon and Postgres in that order on SIGTERM and leaves the agent, which the next start adopts', async () => {
    const agent = await agentPid()
    expect(await stack.stopLauncher()).toBe(0)
    expect(stack.launcher.output()).toMatch(/Stop web .*Stop the daemon .*Stop Postgres/s)
    const left = commandsLeft()
    expect(left.filter((command) => !/agent\.mjs|observer\.mjs|reader\.mjs/.test(command))).toEqual([])
    expect(isAlive(agent)).toBe(true)

    stack = await startStack({ home: home.path })
    expect(await agentPid()).toBe(agent)
  })

  it('starts again after kill -9 of the launcher, on the same ports, with the Postgres that still runs', async () => {
    const agent = await agentPid()
    const postgres = postmasterPid()
    signal(stack.launcher.pid, 'SIGKILL')
    await stack.launcher.exited

    stack = await startStack({ home: home.path, ports: stack.ports })
    expect(stack.launcher.output()).toContain('was running')
    expect(postmasterPid()).toBe(postgres)
    expect(await agentPid()).toBe(agent)
  })

  it('stops the agent too when asked to', async () => {
    await agentPid()
    signal(stack.launcher.pid, 'SIGUSR2')
    expect((await stack.launcher.exited).code).toBe(0)
    await waitUntil('nothing is left', () => commandsLeft().length === 0)
  })
})
