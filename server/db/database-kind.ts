import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Line of postmaster.pid that holds the port (postgres: src/include/utils/pidfile.h). */
const PORT_LINE = 3

/** `embedded` when the URL leads to the Postgres that runs from this home, else `external`. */
export async function databaseKind(databaseUrl: string, postgresDir: string): Promise<'embedded' | 'external'> {
  const { hostname, port } = new URL(databaseUrl)
  if (hostname !== '127.0.0.1') return 'external'
  for (const directory of [postgresDir, join(postgresDir, 'data')]) {
    try {
      const lines = (await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n')
      if (lines[PORT_LINE]?.trim() === port) return 'embedded'
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return 'external'
}
