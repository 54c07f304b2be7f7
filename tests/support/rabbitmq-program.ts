import { existsSync } from 'node:fs'
import { canInstallDebian, installDebian } from './debian-package'

export interface RabbitMqProgram {
  server: string
  ctl: string
  epmd: string
}

/** Where the unwrapped scripts are: Debian's in PATH change to the user `rabbitmq`, who cannot read our directory. */
const SCRIPT_DIRECTORIES = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/sbin', '/usr/local/sbin', '/opt/rabbitmq/sbin']
const EPMD_DIRECTORIES = ['/usr/bin', '/usr/lib/erlang/bin', '/opt/homebrew/bin', '/usr/local/bin']

const HOW = 'install RabbitMQ (Debian: apt-get install rabbitmq-server; macOS: brew install rabbitmq)'

function find(): RabbitMqProgram | undefined {
  const scripts = SCRIPT_DIRECTORIES.find((directory) => existsSync(`${directory}/rabbitmq-server`))
  const erlang = EPMD_DIRECTORIES.find((directory) => existsSync(`${directory}/epmd`))
  if (scripts === undefined || erlang === undefined) return undefined
  return { server: `${scripts}/rabbitmq-server`, ctl: `${scripts}/rabbitmqctl`, epmd: `${erlang}/epmd` }
}

/** RabbitMQ's programs, installed from Debian's package when they are missing and we may. Throws with what to install. */
export async function provideRabbitMq(): Promise<RabbitMqProgram> {
  const present = find()
  if (present) return present
  if (!canInstallDebian()) throw new Error(`RabbitMQ is needed for these tests: ${HOW}`)
  try {
    await installDebian('rabbitmq-server')
  } catch (cause) {
    throw new Error(`RabbitMQ could not be installed: ${HOW}`, { cause })
  }
  const installed = find()
  if (!installed) throw new Error(`RabbitMQ was installed, but its programs are not where they should be: ${HOW}`)
  return installed
}
