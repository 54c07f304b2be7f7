import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PostgresBinaries } from './binaries'
import { giveTo, type Unprivileged } from './unprivileged'

/** Files of one embedded Postgres, all below one directory. */
export interface ClusterPaths {
  directory: string
  data: string
  passwordFile: string
  log: string
  postmasterPid: string
}

/** Where the files of the embedded Postgres in `directory` are. */
export function clusterPaths(directory: string): ClusterPaths {
  const data = join(directory, 'data')
  return {
    directory,
    data,
    passwordFile: join(directory, 'password'),
    log: join(directory, 'postgres.log'),
    postmasterPid: join(data, 'postmaster.pid'),
  }
}

/** The superuser of the cluster, and the only one. */
export const CLUSTER_USER = 'stratavore'

/** 128 random bits: the port can be reached by every user of this machine. */
const PASSWORD_BYTES = 16

/** initdb takes about a second; a disk that needs longer than this is broken. */
const INITDB_TIMEOUT_MS = 120_000

/**
 * Makes the cluster when there is none and returns its password. A crash in the middle leaves nothing that a later
 * call would take for a cluster. Throws with initdb's own words when it fails.
 */
export function ensureCluster(paths: ClusterPaths, binaries: PostgresBinaries, unprivileged: Unprivileged): string {
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 })
  if (!existsSync(join(paths.data, 'PG_VERSION'))) {
    const unfinished = `${paths.data}.init`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { mode: 0o700 })
    writeFileSync(paths.passwordFile, `${randomBytes(PASSWORD_BYTES).toString('hex')}\n`, { mode: 0o600 })
    giveTo(unfinished, unprivileged.owner)
    giveTo(paths.passwordFile, unprivileged.owner)
    const args = ['-D', unfinished, '-U', CLUSTER_USER, '-A', 'scram-sha-256', `--pwfile=${paths.passwordFile}`]
    const command = [...unprivileged.prefix, binaries.initdb, ...args, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']
    const [program = '', ...rest] = command
    const result = spawnSync(program, rest, { encoding: 'utf8', cwd: '/', timeout: INITDB_TIMEOUT_MS })
    if (result.status !== 0) {
      rmSync(unfinished, { recursive: true, force: true })
      throw new Error(`Postgres could not be initialised: ${result.error?.message ?? result.stderr.trim()}`)
    }
    renameSync(unfinished, paths.data)
  }
  giveTo(paths.data, unprivileged.owner)
  return readFileSync(paths.passwordFile, 'utf8').trim()
}
