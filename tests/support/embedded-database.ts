import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Stack } from './stack'

/** The embedded Postgres of a stack, seen from beside it. */
export interface EmbeddedDatabase {
  /** Survives the server's restarts: connections are made anew. */
  pool: pg.Pool
  postmasterPid(): number
}

/** Opens it with the superuser's password that is in the home. */
export function openEmbeddedDatabase(stack: Stack): EmbeddedDatabase {
  const directory = join(stack.home, 'postgres')
  const pidFile = () => readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')
  const password = readFileSync(join(directory, 'password'), 'utf8').trim()
  const [, , , port] = pidFile()
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: Number(port),
    user: 'stratavore',
    password,
    database: 'stratavore',
    max: 4,
  })
  // The server dies on purpose.
  pool.on('error', () => undefined)
  return { pool, postmasterPid: () => Number(pidFile()[0]) }
}
