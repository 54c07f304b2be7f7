import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface RabbitMqProgram {
  server: string
  ctl: string
  epmd: string
}

/** Where the unwrapped scripts are: Debian's in PATH change to the user `rabbitmq`, who cannot read our directory. */
const SCRIPT_DIRECTORIES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/opt/rabbitmq/sbin']
const EPMD_DIRECTORIES = ['/usr/bin', '/usr/lib/erlang/bin', '/opt/homebrew/bin', '/usr/local/bin']

/** Debian's way of saying whether a package may start its service when it is installed. */
const POLICY = '/usr/sbin/policy-rc.d'
const NEVER_START = '#!/bin/sh\nexit 101\n'
/** Erlang and RabbitMQ are about 50 MB to fetch. */
const INSTALL_TIMEOUT_MS = 300_000

const HOW = 'install RabbitMQ (Debian: apt-get install rabbitmq-server; macOS: brew install rabbitmq)'

function find(): RabbitMqProgram | undefined {
  const scripts = SCRIPT_DIRECTORIES.find((directory) => existsSync(`${directory}/rabbitmq-server`))
  const erlang = EPMD_DIRECTORIES.find((directory) => existsSync(`${directory}/epmd`))
  if (scripts === undefined || erlang === undefined) return undefined
  return { server: `${scripts}/rabbitmq-server`, ctl: `${scripts}/rabbitmqctl`, epmd: `${erlang}/epmd` }
}

async function install(): Promise<void> {
  const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  const packages = ['install', '--yes', '--no-install-recommends', 'rabbitmq-server']
  // Only the program is wanted: Debian's own broker must not run, on its well-known port.
  const ours = !existsSync(POLICY)
  if (ours) writeFileSync(POLICY, NEVER_START, { mode: 0o755 })
  try {
    await run('apt-get', packages, options).catch(async () => {
      // The package lists of a fresh machine are empty.
      await run('apt-get', ['update'], options)
      await run('apt-get', packages, options)
    })
  } finally {
    if (ours) rmSync(POLICY)
  }
}

/** RabbitMQ's programs, installed from Debian's package when they are missing and we may. Throws with what to install. */
export async function provideRabbitMq(): Promise<RabbitMqProgram> {
  const present = find()
  if (present) return present
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`RabbitMQ is needed for these tests: ${HOW}`)
  }
  try {
    await install()
  } catch (cause) {
    throw new Error(`RabbitMQ could not be installed: ${HOW}`, { cause })
  }
  const installed = find()
  if (!installed) throw new Error(`RabbitMQ was installed, but its programs are not where they should be: ${HOW}`)
  return installed
}
