import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// Writes what in docs/ is made from the code: the tables of settings and providers, and the schemas of events. A unit test says when
// they are stale.
const script = fileURLToPath(new URL('write-docs.ts', import.meta.url))
const { status } = spawnSync(process.execPath, ['--import', 'tsx', script], { stdio: 'inherit' })
process.exitCode = status ?? 1
