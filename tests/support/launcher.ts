import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { checkout } from './checkout'
import { cleanEnvironment } from './child-environment'
import { waitUntil } from './wait-until'

/** A launcher under test: a real process. */
export interface LauncherProcess {
  pid: number
  /** All it has printed so far, stdout and stderr together. */
  output(): string
  /** Resolves when it has ended. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface LauncherOptions {
  args?: readonly string[]
  env?: Record<string, string>
  /** The bundle to run; stand-ins for web and daemon are put beside a copy of it. */
  script?: string
}

/** Starts dist/launcher.mjs. The checkout must be built. */
export function spawnLauncher({ args = [], env = {}, script }: LauncherOptions): LauncherProcess {
  const child = spawn(process.execPath, [script ?? join(checkout, 'dist/launcher.mjs'), 'up', ...args], {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  if (child.pid === undefined) throw new Error('the launcher could not be started')
  return { pid: child.pid, output: () => output, exited }
}

/** A cold start initialises a database; two at once on two cores take their time. */
const UP_TIMEOUT_MS = 90_000

/** Waits until it says that it is up and returns the one-time login link. Throws with its output when it ends first. */
export async function waitUntilUp(launcher: LauncherProcess): Promise<string> {
  let ended = false
  void launcher.exited.then(() => {
    ended = true
  })
  await waitUntil(
    'the launcher is up',
    () => ended || /Sign in \(once\):\s+http/.test(launcher.output()),
    UP_TIMEOUT_MS,
  ).catch((error: unknown) => {
    throw new Error(`the launcher does not come up:\n${launcher.output()}`, { cause: error })
  })
  const link = /Sign in \(once\):\s+(http\S+)/.exec(launcher.output())?.[1]
  if (link === undefined) throw new Error(`the launcher ended:\n${launcher.output()}`)
  return link
}
