import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { CliProcess } from './cli'
import { CliError } from './cli-error'

/** Signals a person or a supervisor sends to us and means for it. */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const

/** Runs another of our bundles with this terminal, passes signals on, and returns its exit code (128 + signal number). */
export async function runBundle(name: string, args: readonly string[], { env, cwd }: CliProcess): Promise<number> {
  const path = join(import.meta.dirname, `${name}.mjs`)
  if (!existsSync(path)) throw new CliError(`${name}.mjs is not beside this program: build first (npm run build)`)
  // Next.js types demand NODE_ENV of every environment; the launcher does not.
  const childEnv = env as NodeJS.ProcessEnv
  const child = spawn(process.execPath, [path, ...args], { stdio: 'inherit', env: childEnv, cwd })
  // A terminal's Ctrl-C reaches the whole group, the child included: then forwarding would be a second one.
  const forward = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}
