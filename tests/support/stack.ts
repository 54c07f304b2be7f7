import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Api, createApi } from '@/cli/api-client'
import { ensureBuilt } from './build'
import { checkout } from './checkout'
import { cleanEnvironment } from './child-environment'
import { freePorts } from './free-port'
import { type LauncherProcess, spawnLauncher, waitUntilUp } from './launcher'
import { type ProcessEntry, processesOf, signal } from './processes'
import { type CommandResult, runCommand } from './run-command'
import { createTempHome } from './temp-home'
import { waitUntil } from './wait-until'

export interface StackOptions {
  /** Further variables for the launcher, e.g. settings. */
  env?: Record<string, string>
  /** A home that exists already; it is not removed at the end. A fresh one when not given. */
  home?: string
  /** Further flags of `stratavore up`; not the ports. */
  args?: readonly string[]
  /** The ports to use again; free ones when not given. */
  ports?: { port: number; metricsPort: number }
}

export interface StackPids {
  launcher: number
  web: number
  /** Null while the daemon does not answer. */
  daemon: number | null
  agents: number[]
}

/** A whole Stratavore, really running. */
export interface Stack {
  url: string
  metricsUrl: string
  ports: { port: number; metricsPort: number }
  home: string
  /** HOME of everything in it: the real user's dot files have no say in a test. */
  userHome: string
  /** Where projects of a test may be. */
  workDir: string
  /** The local CLI's bearer token. */
  token: string
  /** One-time link that signs a browser in. */
  loginLink: string
  launcher: LauncherProcess
  /** The typed API, as the local CLI. */
  api: Api
  /** Runs the real CLI against this stack. */
  cli(
    args: readonly string[],
    options?: { env?: Record<string, string>; cwd?: string; stdin?: string },
  ): Promise<CommandResult>
  /** Pids as the API tells them now. */
  pids(): Promise<StackPids>
  /** Stops the launcher as SIGTERM does: agents and runners stay. Returns its exit code. */
  stopLauncher(): Promise<number | null>
  /** Ends everything, agents and runners too, and removes a home of its own. Throws when a process is left over. */
  stop(): Promise<void>
}

/** Polite exits and their grace periods fit into this. */
const STOP_TIMEOUT_MS = 60_000
/** Children of a process that was killed need a moment to notice. */
const LEFTOVER_TIMEOUT_MS = 10_000

const listed = (entries: readonly ProcessEntry[]): string =>
  entries.map(({ pid, command }) => `  ${pid} ${command}`).join('\n')

/** Kills what is left of `home`, until nothing is. */
async function killAll(home: string): Promise<void> {
  await waitUntil(
    'all processes are dead',
    () => {
      const left = processesOf(home)
      for (const { pid } of left) signal(pid, 'SIGKILL')
      return left.length === 0
    },
    LEFTOVER_TIMEOUT_MS,
  )
}

async function freePortPair(): Promise<{ port: number; metricsPort: number }> {
  const [port = 0, metricsPort = 0] = await freePorts(2)
  return { port, metricsPort }
}

/** Builds what is stale and starts the real launcher on free ports. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  await ensureBuilt()
  const temp = options.home === undefined ? createTempHome() : undefined
  const home = options.home ?? temp?.path ?? ''
  const ports = options.ports ?? (await freePortPair())
  const { port, metricsPort } = ports
  const userHome = join(dirname(home), 'user')
  const workDir = join(dirname(home), 'work')
  for (const directory of [userHome, workDir]) mkdirSync(directory, { recursive: true })
  const settings = { STRATAVORE_HOME: home, STRATAVORE_PORT: `${port}`, STRATAVORE_METRICS_PORT: `${metricsPort}` }
  const env = { HOME: userHome, ...settings, ...options.env }
  const launcher = spawnLauncher({ env, args: options.args ?? [] })

  let loginLink: string
  try {
    loginLink = await waitUntilUp(launcher)
  } catch (error) {
    await killAll(home)
    temp?.remove()
    throw error
  }
  const url = `http://127.0.0.1:${port}`
  const token = readFileSync(join(home, 'keys/cli.token'), 'utf8').trim()
  const api = createApi(url, token)

  return {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    ports,
    home,
    userHome,
    workDir,
    token,
    loginLink,
    launcher,
    api,
    cli: (args, { env: extra = {}, cwd, stdin } = {}) =>
      runCommand(process.execPath, [join(checkout, 'dist/cli.mjs'), ...args], {
        env: cleanEnvironment({ ...env, ...extra }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(stdin === undefined ? {} : { stdin }),
      }),
    async pids() {
      const { web, daemon, agents } = await api.system.status.query()
      const connected = agents.filter((agent) => agent.connected)
      return {
        launcher: launcher.pid,
        web: web.pid,
        daemon: daemon?.pid ?? null,
        agents: connected.map(({ pid }) => pid),
      }
    },
    async stopLauncher() {
      signal(launcher.pid, 'SIGTERM')
      return (await launcher.exited).code
    },
    async stop() {
      try {
        signal(launcher.pid, 'SIGUSR2')
        await waitUntil('the launcher has stopped', () => launcher.exited.then(() => true), STOP_TIMEOUT_MS)
        await waitUntil('nothing is left', () => processesOf(home).length === 0, LEFTOVER_TIMEOUT_MS)
      } catch (error) {
        const left = processesOf(home)
        await killAll(home)
        throw new Error(`left over after the stop:\n${listed(left)}\n${launcher.output()}`, { cause: error })
      } finally {
        temp?.remove()
      }
    },
  }
}
