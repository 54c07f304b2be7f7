import { createHash } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included. */
const MAX_SOCKET_PATH_BYTES = 103

/** Where things are in a Stratavore home. Directories are 0700, files with secrets 0600. */
export interface HomePaths {
  home: string
  settingsFile: string
  /** Sockets and process records of what runs now. */
  runDir: string
  daemonSocket: string
  launcherState: string
  /** Keys and tokens of this installation, each generated here and never leaving it. */
  keysDir: string
  cliToken: string
  agentToken: string
  /** Certificate authorities of remote agents, with their keys. */
  agentAuthorities: string
  controlKey: string
  auditKey: string
  secretsKey: string
  /** Records and output logs of the local agent. */
  agentDir: string
  logsDir: string
  postgresDir: string
}

/** The daemon's socket: in the home, or, where that path is too long for a socket, in a private temporary directory. */
function daemonSocketPath(runDir: string): string {
  const path = join(runDir, 'daemon.sock')
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return path
  const digest = createHash('sha256').update(runDir).digest('hex').slice(0, 16)
  return join(tmpdir(), `stratavore-${userInfo().uid}-${digest}`, 'daemon.sock')
}

/** Paths inside `home` (absolute). Creates nothing. */
export function homePaths(home: string): HomePaths {
  const runDir = join(home, 'run')
  const keysDir = join(home, 'keys')
  return {
    home,
    settingsFile: join(home, 'stratavore.yaml'),
    runDir,
    daemonSocket: daemonSocketPath(runDir),
    launcherState: join(runDir, 'launcher.json'),
    keysDir,
    cliToken: join(keysDir, 'cli.token'),
    agentToken: join(keysDir, 'agent.token'),
    agentAuthorities: join(keysDir, 'agent-ca.json'),
    controlKey: join(keysDir, 'control.key'),
    auditKey: join(keysDir, 'audit.key'),
    secretsKey: join(keysDir, 'secrets.key'),
    agentDir: join(home, 'agent'),
    logsDir: join(home, 'logs'),
    postgresDir: join(home, 'postgres'),
  }
}
