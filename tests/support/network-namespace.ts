import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { canInstallDebian, installDebian } from './debian-package'

/** A network of its own: processes in it reach this machine over a pair of virtual interfaces, and nothing else. */
export interface NetworkNamespace {
  name: string
  /** This machine, as seen from inside. */
  hostAddress: string
  /** Command and arguments that run a program inside. */
  inside(command: readonly string[]): [string, string[]]
  remove(): void
}

const PROGRAMS = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip']

async function findIp(): Promise<string> {
  const found = () => PROGRAMS.find(existsSync)
  if (found() === undefined && canInstallDebian()) await installDebian('iproute2')
  const ip = found()
  if (ip === undefined) throw new Error('this test needs iproute2 (`ip netns`): apt-get install iproute2')
  return ip
}

/** Makes one. Throws, saying what is missing, where this machine does not allow it: the test must fail, not be left out. */
export async function createNetworkNamespace(): Promise<NetworkNamespace> {
  const ip = await findIp()
  const run = (...args: string[]) => execFileSync(ip, args, { stdio: 'pipe' })
  const id = process.pid % 65_000
  const name = `stv-${id}`
  const outer = `stvo${id}`
  const inner = `stvi${id}`
  const net = `10.${200 + (id % 50)}.${(id >> 6) % 250}`
  const remove = () => {
    // The pair of interfaces goes with the namespace that one of them is in.
    execFileSync(ip, ['netns', 'del', name], { stdio: 'ignore' })
  }
  try {
    run('netns', 'add', name)
  } catch (cause) {
    throw new Error(
      'this test makes a network namespace (`ip netns add`): run it as root, or with CAP_NET_ADMIN and CAP_SYS_ADMIN',
      { cause },
    )
  }
  try {
    run('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name)
    run('addr', 'add', `${net}.1/24`, 'dev', outer)
    run('link', 'set', outer, 'up')
    run('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', inner)
    run('-n', name, 'link', 'set', inner, 'up')
    run('-n', name, 'link', 'set', 'lo', 'up')
  } catch (cause) {
    remove()
    throw new Error(
      'this test needs a pair of virtual interfaces (`ip link add type veth`), which this machine refuses',
      { cause },
    )
  }
  return { name, hostAddress: `${net}.1`, inside: (command) => [ip, ['netns', 'exec', name, ...command]], remove }
}
