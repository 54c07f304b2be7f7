import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../../support/build'
import { freePorts } from '../../support/free-port'
import { type LauncherOptions, spawnLauncher } from '../../support/launcher'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { processesOf } from '../../support/processes'
import { createTempHome, type TempHome } from '../../support/temp-home'

let home: TempHome
let ports: string[]

beforeAll(ensureBuilt)
beforeEach(async () => {
  home = createTempHome()
  const [port, metricsPort] = await freePorts(2)
  ports = ['--port', `${port}`, '--metrics-port', `${metricsPort}`]
})
afterEach(() => home.remove())

/** Starts with what cannot work, and returns the exit code and the lines printed. */
async function refusedStart({ args = [], env = {} }: LauncherOptions) {
  const launcher = spawnLauncher({ args: [...ports, ...args], env: { STRATAVORE_HOME: home.path, ...env } })
  const { code } = await launcher.exited
  return { code, lines: launcher.output().trim().split('\n') }
}

describe('a start that cannot work says why in one line and leaves nothing', () => {
  afterEach(() => {
    expect(processesOf(home.path)).toEqual([])
    expect(existsSync(join(home.path, 'run/launcher.json'))).toBe(false)
  })

  it.each([
    [{ env: { STRATAVORE_LOG_LEVEL: 'loud' } }, /^stratavore: STRATAVORE_LOG_LEVEL: must be one of .*, not "loud"$/],
    [{ args: ['--port', '99999'] }, /^stratavore: --port: must be a whole number from 1 to 65535, not "99999"$/],
    [
      { args: ['--host', '0.0.0.0'] },
      /^stratavore: STRATAVORE_HOST: 0\.0\.0\.0 can be reached from other machines, which needs TLS: .*$/,
    ],
    [{ env: { STRATAVORE_PRT: '1' } }, /^stratavore: STRATAVORE_PRT: .* did you mean STRATAVORE_PORT\?$/],
    [{ args: ['--bogus'] }, /^stratavore: Unknown option '--bogus'; see stratavore up --help$/],
  ])('%j', async (options, message) => {
    const { code, lines } = await refusedStart(options)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(message)
    expect(code).toBe(2)
    expect(readdirSync(home.path)).toEqual([])
  })

  it('names an unknown key of stratavore.yaml', async () => {
    writeFileSync(join(home.path, 'stratavore.yaml'), 'metricPort: 1\n')
    const { code, lines } = await refusedStart({})
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/metricPort \(in .*stratavore\.yaml\): .* did you mean metricsPort\?$/)
    expect(code).toBe(2)
  })

  it.each(['--port', '--metrics-port'])('finds a taken %s before anything starts', async (flag) => {
    const taken = ports[ports.indexOf(flag) + 1] ?? ''
    const server: Server = createServer()
    await new Promise<void>((resolve) => server.listen(Number(taken), '127.0.0.1', resolve))
    try {
      const { code, lines } = await refusedStart({})
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(
        new RegExp(`port ${taken} of 127.0.0.1, .*already in use; choose another with ${flag} or`),
      )
      expect(code).toBe(1)
      expect(readdirSync(join(home.path, 'postgres'))).toEqual([])
    } finally {
      server.close()
    }
  })
})

describe('DATABASE_URL', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase({ empty: true })
  })
  afterEach(() => database.drop())

  it('that leads to no database is explained without its password', async () => {
    const url = new URL(database.url)
    url.pathname = '/no_such_database'
    const { code, lines } = await refusedStart({ env: { DATABASE_URL: url.href } })
    expect(lines.at(-1)).toMatch(/DATABASE_URL: there is no database "no_such_database" on 127\.0\.0\.1:\d+; create it/)
    expect(lines.join('\n')).not.toContain(url.password)
    expect(code).toBe(1)
    expect(processesOf(home.path)).toEqual([])
  })
})
