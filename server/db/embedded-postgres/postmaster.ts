import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A running Postgres, as its own pid file tells. */
export interface Postmaster {
  pid: number
  port: number
}

/** Whether a process with this pid exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // No /proc on this system, or no such process; ps knows both.
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
  }
}

/**
 * The Postgres that serves `dataDir` now, or undefined. A pid file left by a crash is not believed: the process must
 * run Postgres on this very directory.
 */
export function findPostmaster(dataDir: string): Postmaster | undefined {
  const file = `${dataDir}/postmaster.pid`
  if (!existsSync(file)) return undefined
  // Lines: pid, data directory, start time, port, ...
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  const port = Number(lines[3])
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined
  const command = commandLine(pid)
  return isAlive(pid) && command.includes('postgres') && command.includes(dataDir) ? { pid, port } : undefined
}
