import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const workflow = read('.github/workflows/ci.yml')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** The lines of one job. */
const job = (name: string): string =>
  new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(`${workflow}\n`)?.[1] ?? ''

describe('the workflow, for every change and every night', () => {
  it('looks for known holes, proves who published what is installed, and lists it', () => {
    expect(workflow).toMatch(/^on:\n {2}push:\n.*\n {2}pull_request:\n {2}schedule:/m)
    const commands = [...job('supply-chain').matchAll(/- run: (.*)/g)].map(([, command]) => command)
    expect(commands).toEqual(['npm ci', 'npm run audit', 'npm run --silent sbom > sbom.cdx.json'])
    expect(job('supply-chain')).not.toMatch(/\bif:|continue-on-error/)
    expect(scripts.audit).toBe('npm audit --omit=dev && npm audit signatures')
    expect(scripts.sbom).toMatch(/^npm sbom .*--package-lock-only/)
  })

  it('runs all suites', () => {
    expect(job('verify')).toMatch(/- run: \.ci\/run$/m)
    expect(job('verify')).not.toMatch(/\bif:|continue-on-error/)
  })
})

it('at night the terminals are tested for long, with a seed that is told', () => {
  const long = job('long')
  expect(long).toContain("if: github.event_name == 'schedule'")
  expect(long).toMatch(/- run: \.ci\/long \$\{\{ matrix\.file \}\}$/m)
  const files = [...long.matchAll(/^ {10}- (tests\/\S+)$/gm)].map(([, file]) => file ?? '')
  expect(files).toHaveLength(4)
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  const script = read('.ci/long')
  for (const name of ['SEED', 'ROUNDS', 'SECONDS', 'FLOOD_MB']) {
    const variable = `STRATAVORE_TEST_${name}`
    expect(script).toContain(`${variable}=`)
    expect(
      files.some((file) => read(file).includes(variable)),
      `${variable} is read`,
    ).toBe(true)
  }
})
