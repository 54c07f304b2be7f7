import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { LauncherError } from './launcher-error'

/** A port the installation needs, and how its user chooses another. */
export interface NeededPort {
  purpose: string
  host: string
  port: number
  flag: string
  env: string
}

/** Children of a launcher that was killed end by themselves within this time and free their ports. */
const CRASH_GRACE_MS = 8_000
const POLL_MS = 100

/** Why nobody can listen there now, as the system's error code, or undefined when it is free. */
function portProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

function explain({ purpose, host, port, flag, env }: NeededPort, problem: string): string {
  const reason =
    problem === 'EADDRINUSE'
      ? 'is already in use'
      : problem === 'EACCES'
        ? 'may not be used by this user'
        : `cannot be listened on (${problem})`
  return `port ${port} of ${host}, for ${purpose}, ${reason}; choose another with --${flag} or ${env}`
}

/**
 * Checks that all ports are free, before anything starts. After a crash of an earlier launcher, waits for its children
 * to let go. Throws LauncherError naming the port and how to choose another.
 */
export async function requireFreePorts(ports: readonly NeededPort[], afterCrash: boolean): Promise<void> {
  const deadline = performance.now() + (afterCrash ? CRASH_GRACE_MS : 0)
  for (const needed of ports) {
    for (;;) {
      const problem = await portProblem(needed.host, needed.port)
      if (problem === undefined) break
      if (problem !== 'EADDRINUSE' || performance.now() >= deadline) throw new LauncherError(explain(needed, problem))
      await delay(POLL_MS)
    }
  }
}
