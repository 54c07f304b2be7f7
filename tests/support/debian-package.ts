import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Debian's way of saying whether a package may start its service when it is installed. */
const POLICY = '/usr/sbin/policy-rc.d'
const NEVER_START = '#!/bin/sh\nexit 101\n'
/** The largest, Erlang with RabbitMQ, is about 50 MB to fetch. */
const INSTALL_TIMEOUT_MS = 300_000

/** One `apt-get` at a time: test files run beside each other, and a second one would fail on Debian's own locks. */
const APT_LOCK = join(tmpdir(), 'stratavore-test-apt.lock')

/** The command for `flock` that runs `apt-get` when no other test does. */
export const aptGet = (...args: string[]): string[] => [APT_LOCK, 'apt-get', ...args]

/** Whether packages of Debian can be installed here. */
export const canInstallDebian = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** Installs a package of Debian for its programs. No service of it is started: Debian's own would take well-known ports. */
export async function installDebian(name: string): Promise<void> {
  const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const install = aptGet('install', '--yes', '--no-install-recommends', name)
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, NEVER_START, { mode: 0o755 })
  try {
    await run('flock', install, options).catch(async () => {
      // The package lists of a fresh machine are empty.
      await run('flock', aptGet('update'), options)
      await run('flock', install, options)
    })
  } finally {
    if (ours) rmSync(POLICY)
  }
}
