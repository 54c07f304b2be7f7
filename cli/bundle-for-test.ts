import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** The CLI as one file outside the checkout, for tests of the real process. */
export async function bundleCli(): Promise<{ program: string; remove(): void }> {
  const root = join(import.meta.dirname, '..')
  const directory = mkdtempSync(join(tmpdir(), 'stratavore-cli-bundle-'))
  const program = join(directory, 'cli.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    outfile: program,
    bundle: true,
    alias: { '@': root },
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    // Outside the checkout no package can be found, so all are inside; some of them are CommonJS.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)",
    },
  })
  return { program, remove: () => rmSync(directory, { recursive: true }) }
}
