import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempHome {
  path: string
  /** Removes it with all that is in it. */
  remove(): void
}

/** A fresh directory for a test, with a short path (sockets in it must fit into 103 bytes) and room for siblings. */
export function createTempHome(prefix = 'stv-'): TempHome {
  const base = mkdtempSync(join(tmpdir(), prefix))
  const path = join(base, 'home')
  mkdirSync(path, { mode: 0o700 })
  return { path, remove: () => rmSync(base, { recursive: true, force: true }) }
}
