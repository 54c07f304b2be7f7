import { sep } from 'node:path'
import { isInside } from '@/platform/is-inside'
import type { MaskedPlace } from './unreadable-places'

/** What bubblewrap is told of one path; later ones lie over earlier ones. */
type Mount = readonly string[]

/** The system's programs, libraries and settings; what is not there is left out. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt', '/nix/store']
/** Where of these machines keep what is their own, and with it what not everybody may read. */
export const SETTLED_IN = ['/etc', '/opt', '/usr/local/etc']
/** Where names are resolved by a file outside /etc. */
const RESOLVERS = ['/run/systemd/resolve', '/run/NetworkManager/resolv.conf', '/run/resolvconf']
/** Nobody but root may read them, and a runner may be root's. */
const SECRETS_IN_ETC = ['/etc/shadow', '/etc/shadow-', '/etc/gshadow', '/etc/gshadow-']

/** Whether a path belongs to what every sandbox sees. */
export const isSystem = (path: string): boolean => SYSTEM.some((place) => isInside(path, place))

/**
 * What every sandbox is made of. The kernel's files are the machine's own, read-only: a process that is root could
 * change the machine through them, and one with a process namespace of its own could not be followed.
 */
export const systemMounts = (): Mount[] => [
  ...SYSTEM.map((path) => ['--ro-bind-try', path, path]),
  ['--ro-bind', '/proc', '/proc'],
  // Only null, zero, random, tty and an own directory of terminals.
  ['--dev', '/dev'],
  ...['/tmp', '/var/tmp', '/run'].map((path) => ['--tmpfs', path]),
  ...RESOLVERS.map((path) => ['--ro-bind-try', path, path]),
]

/**
 * Without any of root's rights, and where it is asked for without a network. In a user namespace of its own even for root,
 * which bubblewrap would not make by itself: without one a program reads the whole machine, and other sandboxes, through
 * `/proc/PID/root` of any process of the same user, the bubblewrap above it first.
 */
export const isolationArgs = ({ network }: { network: boolean }): string[] => [
  ...['--cap-drop', 'ALL', '--unshare-user', '--unshare-ipc', '--unshare-uts'],
  ...(network ? [] : ['--unshare-net']),
]

/** One place that a sandbox shows. Every one has been judged. */
export interface ShownPlace {
  /** Where it really is. */
  from: string
  /** Where the program looks for it. */
  to: string
  writable: boolean
  /** Device and inode of what was judged; left out where nobody but us and the machine's owner decides what is there. */
  identity?: string
}

/** What must be seen at a path in a finished sandbox, or its program does not start. */
export interface SeenPlace {
  path: string
  identity: string
  /** It may be a symbolic link to it: so it was named. What is mounted at a real path must not be one. */
  isAlias: boolean
}

/**
 * What was judged, as the sandbox must show it: between the judging and the binding somebody else, with rights to write
 * there, may have laid another thing under the same path. What is bound stays what it is. Pure.
 */
export const seenPlaces = ({ shown, fixed }: SandboxPlaces): SeenPlace[] =>
  [...new Map([...shown, ...fixed].map((place) => [place.to, place])).values()].flatMap(({ from, to, identity }) =>
    identity === undefined ? [] : [{ path: to, identity, isAlias: from !== to }],
  )

/** What one sandbox shows beside the system. */
export interface SandboxPlaces {
  /** Shown empty and in memory, but for what is shown within them. */
  empty: readonly string[]
  /** Of two for the same path the later one counts. */
  shown: readonly ShownPlace[]
  /** Files within a writable place that stay as they are. */
  fixed: readonly ShownPlace[]
  /** Shown empty, but for what is shown within them. */
  masked: readonly MaskedPlace[]
  /** Files that hold passwords: shown empty, whatever else is shown. */
  secrets: readonly string[]
}

/** The files that hold passwords, of those that `exists` says are there. */
export const secretsIn = (exists: (path: string) => boolean): string[] => SECRETS_IN_ETC.filter(exists)

const depth = (path: string): number => path.split(sep).length

/**
 * The arguments that build a sandbox's file system. A place within another one is laid over it, whichever was named
 * first, so that a writable directory may hold a read-only one and the other way round. Pure.
 */
export function planMounts({ empty, shown, fixed, masked, secrets }: SandboxPlaces): string[] {
  const byPath = new Map(shown.map((place) => [place.to, place]))
  const emptied = masked.filter(({ isDirectory }) => isDirectory).map(({ path }) => path)
  // Of the same depth the later one counts: what was chosen shows, though it is masked.
  const layers: { at: string; mount: Mount }[] = [
    ...masked.map(({ path, isDirectory }) => ({
      at: path,
      mount: isDirectory ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path],
    })),
    ...empty.map((path) => ({ at: path, mount: ['--tmpfs', path] })),
    ...[...byPath.values()].map(({ from, to, writable }) => ({
      at: to,
      mount: [writable ? '--bind' : '--ro-bind', from, to],
    })),
  ]
  return [
    ...systemMounts(),
    ...layers.sort((a, b) => depth(a.at) - depth(b.at)).map(({ mount }) => mount),
    ...fixed.map(({ from, to }) => ['--ro-bind', from, to]),
    ...secrets.map((path) => ['--ro-bind', '/dev/null', path]),
    ...emptied.filter((path) => !empty.includes(path) && !byPath.has(path)).map((path) => ['--remount-ro', path]),
    // The places between the mounts are in memory: nothing is to be kept there by mistake.
    ['--remount-ro', '/'],
  ].flat()
}
