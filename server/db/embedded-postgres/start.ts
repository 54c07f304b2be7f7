import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findPostgresBinaries, type PostgresBinaries } from './binaries'
import { CLUSTER_USER, type ClusterPaths, clusterPaths, ensureCluster } from './cluster'
import { findFreePort } from './free-port'
import { findPostmaster, isAlive, type Postmaster } from './postmaster'
import { chooseUnprivileged, type Unprivileged } from './unprivileged'

/** Room for web, daemon and tests; each connection not in use costs nothing. */
const MAX_CONNECTIONS = 200
/** Recovery after a crash replays at most a checkpoint's worth of log, seconds on any disk. */
const START_TIMEOUT_MS = 60_000
/** A fast shutdown writes one checkpoint. */
const STOP_TIMEOUT_MS = 30_000
/** How often a start or stop that is under way is looked at. */
const POLL_MS = 20
/** Lines of the server's log that explain a failed start. */
const LOG_TAIL_LINES = 5

export interface EmbeddedPostgresOptions {
  /** Holds everything of this Postgres; made when missing. */
  directory: string
  /** Port to listen on; a free one when not given. Ignored when it runs already. */
  port?: number
  /** Further server settings, as `-c name=value`. */
  serverSettings?: Record<string, string>
  /** Tests force a way of not being root. */
  unprivileged?: Unprivileged
}

export interface EmbeddedPostgres {
  pid: number
  port: number
  /** It ran before this call. */
  reused: boolean
  /** Connection string of one of its databases. Holds the password. */
  url(database: string): string
  /** Whether it still runs. */
  alive(): boolean
  /** Fast shutdown: rolls back what is open, ends when all is on disk. Throws when it does not end in time. */
  stop(): Promise<void>
}

function logTail(paths: ClusterPaths): string {
  return readFileSync(paths.log, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join(' | ')
}

/** Starts the server in a session of its own, so that Ctrl-C in our terminal does not reach it. */
function spawnServer(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  unprivileged: Unprivileged,
  options: { port: number; serverSettings: Record<string, string> },
) {
  const settings = {
    listen_addresses: '127.0.0.1',
    // Reached by TCP only: a socket's path would be limited to 107 bytes.
    unix_socket_directories: '',
    max_connections: String(MAX_CONNECTIONS),
    shared_buffers: '64MB',
    ...options.serverSettings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [...unprivileged.prefix, binaries.postgres, '-D', paths.data, '-p', String(options.port), ...flags]
  const [program = '', ...args] = command
  const log = openSync(paths.log, 'a', 0o600)
  try {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' })
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => undefined) // A server that goes away while it starts is seen by the caller's next look.
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

function handle(paths: ClusterPaths, password: string, running: Postmaster, reused: boolean): EmbeddedPostgres {
  const alive = () => findPostmaster(paths.data)?.pid === running.pid
  return {
    ...running,
    reused,
    url: (database) => `postgresql://${CLUSTER_USER}:${password}@127.0.0.1:${running.port}/${database}`,
    alive,
    async stop() {
      if (!alive()) return
      process.kill(running.pid, 'SIGINT')
      const deadline = performance.now() + STOP_TIMEOUT_MS
      while (isAlive(running.pid)) {
        if (performance.now() > deadline)
          throw new Error(`Postgres (pid ${running.pid}) does not stop; see ${paths.log}`)
        await delay(POLL_MS)
      }
    },
  }
}

/**
 * Makes sure that the embedded Postgres of `directory` runs and answers: initialises it at first, starts it, or finds
 * it running. It outlives this process. Throws with the server's last words when it does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const paths = clusterPaths(options.directory)
  const binaries = findPostgresBinaries()
  const unprivileged = options.unprivileged ?? chooseUnprivileged(process.getuid?.())
  const password = ensureCluster(paths, binaries, unprivileged)
  const deadline = performance.now() + START_TIMEOUT_MS

  const before = findPostmaster(paths.data)
  const child =
    before === undefined
      ? spawnServer(paths, binaries, unprivileged, {
          port: options.port ?? (await findFreePort()),
          serverSettings: options.serverSettings ?? {},
        })
      : undefined
  let spawnFailure: Error | undefined
  child?.once('error', (error) => {
    spawnFailure = error
  })

  for (;;) {
    const running = findPostmaster(paths.data)
    if (running !== undefined) {
      const started = handle(paths, password, running, before !== undefined)
      if (await answers(started.url('postgres'))) return started
    }
    const ended = spawnFailure !== undefined || (child !== undefined && (child.exitCode ?? child.signalCode) !== null)
    if (ended || performance.now() > deadline) {
      throw new Error(`Postgres did not start: ${spawnFailure?.message ?? logTail(paths)} (log: ${paths.log})`)
    }
    await delay(POLL_MS)
  }
}
