import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout, inCheckout } from './checkout.mjs'

const BUILT = new Set(['node_modules', 'dist', '.next', 'generated'])

function* filesBelow(path) {
  const absolute = inCheckout(path)
  if (!existsSync(absolute)) return
  if (!statSync(absolute).isDirectory()) {
    yield path
    return
  }
  for (const entry of readdirSync(absolute, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (BUILT.has(entry.name)) continue
    if (entry.isDirectory()) yield* filesBelow(join(path, entry.name))
    else if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) yield join(path, entry.name)
  }
}

/** SHA-256 over names and contents of all files at and below `paths` (relative to the checkout), tests left out. */
export function contentHash(paths) {
  const hash = createHash('sha256').update(checkout)
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      const content = readFileSync(inCheckout(file))
      hash.update(`\0${file}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

/** Whether what the stamp file stands for was made from sources with this hash. */
export function isFresh(stampFile, hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === hash
}

/**
 * Runs `build` between removing the stamp and writing it: a build that was killed is done again.
 * @param {string} stampFile @param {string} hash @param {() => Promise<void>} build
 */
export async function buildStamped(stampFile, hash, build) {
  rmSync(stampFile, { force: true })
  await build()
  writeFileSync(stampFile, `${hash}\n`)
}
