import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../../support/checkout'
import { aptGet, canInstallDebian } from '../../support/debian-package'

const cache = join(checkout, '.cache', 'prometheus')
const unpacked = join(cache, 'usr/bin/promtool')

const inPath = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .map((directory) => join(directory, 'promtool'))
    .find(existsSync)

const HOW = 'install Prometheus (Debian: apt-get install prometheus; macOS: brew install prometheus)'

/**
 * Prometheus' own checker: the one in PATH, or the one of Debian's package, unpacked into the checkout's cache and not
 * installed. Throws with what to install when there is neither.
 */
export function providePromtool(): string {
  const present = inPath() ?? (existsSync(unpacked) ? unpacked : undefined)
  if (present !== undefined) return present
  if (!canInstallDebian()) throw new Error(`promtool is needed to check the metrics: ${HOW}`)
  mkdirSync(cache, { recursive: true })
  // Made elsewhere and moved in whole, so that half a download is never taken for the program.
  const work = mkdtempSync(join(cache, 'unpack-'))
  try {
    try {
      execFileSync('flock', aptGet('download', 'prometheus'), { cwd: work, stdio: 'pipe' })
    } catch {
      // The package lists of a fresh machine are empty.
      execFileSync('flock', aptGet('update'), { stdio: 'pipe' })
      execFileSync('flock', aptGet('download', 'prometheus'), { cwd: work, stdio: 'pipe' })
    }
    const archive = readdirSync(work).find((name) => name.endsWith('.deb')) ?? ''
    execFileSync('dpkg', ['-x', archive, 'files'], { cwd: work, stdio: 'pipe' })
    mkdirSync(join(cache, 'usr/bin'), { recursive: true })
    renameSync(join(work, 'files/usr/bin/promtool'), unpacked)
  } catch (cause) {
    throw new Error(`promtool could not be fetched: ${HOW}`, { cause })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return unpacked
}
