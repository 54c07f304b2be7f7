import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface LockedPackage {
  version?: string
  resolved?: string
  integrity?: string
}
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

/** Below these there are known holes. The CLOEXEC fix of node-pty came with 1.1.0. */
const FLOORS = {
  next: '16.2.6',
  'socket.io': '4.6.2',
  'socket.io-parser': '4.2.3',
  'engine.io': '6.1.1',
  amqplib: '1.0.5',
  'node-pty': '1.1.0',
}

/** Whether a version, without what follows a dash, is at least another. */
function isAtLeast(version: string, floor: string): boolean {
  const numbers = (text: string) => (text.split('-', 1)[0] ?? '').split('.').map(Number)
  const [have, want] = [numbers(version), numbers(floor)]
  const different = want.findIndex((number, index) => number !== have[index])
  return different === -1 || (have[different] ?? 0) > (want[different] ?? 0)
}

describe('what is installed', () => {
  it.each(Object.entries(FLOORS))('has no %s below %s, anywhere in the tree', (name, floor) => {
    const found = packages.filter(([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
    expect(found.length).toBeGreaterThan(0)
    for (const [path, { version }] of found) expect([path, isAtLeast(version ?? '0', floor)]).toEqual([path, true])
  })

  it('is named by exact versions', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('is checked against its hash, and comes from nowhere but the registry', () => {
    // No address: each comes from the registry that npm is set to.
    const odd = packages.filter(
      ([, { resolved, integrity }]) => resolved !== undefined || !integrity?.startsWith('sha512-'),
    )
    expect(odd.map(([path]) => path)).toEqual([])
  })

  it('runs nothing while it is installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
  })

  it('has been there for a week, where npm knows how', () => {
    expect(read('.npmrc')).toMatch(/^min-release-age=7$/m)
  })
})

it('the workflows use actions by commit, and may read only', () => {
  const files = readdirSync(join(root, '.github/workflows'))
  expect(files).not.toEqual([])
  for (const file of files) {
    const text = read(`.github/workflows/${file}`)
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action ?? ''))).toEqual([])
    expect(text).toMatch(/^permissions: \{\}$/m)
    expect(text).not.toMatch(/: write|pull_request_target/)
  }
})

it('SECURITY.md names a test for each promise, and each of them is there', () => {
  const rows = read('SECURITY.md')
    // A promise goes on in the indented lines below it.
    .split(/^(?=- \*\*)/m)
    .slice(1)
    .map((promise) => promise.split(/\n(?! )/, 1)[0] ?? '')
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) {
    const links = [...row.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path ?? '')
    const tests = links.filter((path) => /\.(test|spec)\.tsx?$/.test(path))
    expect([row, tests.length > 0]).toEqual([row, true])
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
  }
})
