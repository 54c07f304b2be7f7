import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { processesOf } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'

let database: TestDatabase
let project: TempHome
let embedded: Stack
let external: Stack

beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
  project = createTempHome()
  embedded = await startStack()
  external = await startStack({ env: { DATABASE_URL: database.url } })
})
afterAll(async () => {
  await embedded.stop()
  await external.stop()
  await database.drop()
  project.remove()
})

describe('two homes side by side', () => {
  it('know nothing of each other', async () => {
    await embedded.api.project.create.mutate({ name: 'only-here', path: project.path })
    const namesIn = async (stack: Stack) => (await stack.api.project.list.query()).map(({ name }) => name)
    expect(await namesIn(embedded)).toEqual(['only-here'])
    expect(await namesIn(external)).toEqual([])
  })

  it('do not take each other’s tokens', async () => {
    const answer = await fetch(`${external.url}/api/trpc/project.list`, {
      headers: { authorization: `Bearer ${embedded.token}` },
    })
    expect(answer.status).toBe(401)
  })

  it('start no Postgres where DATABASE_URL names one', async () => {
    const commands = processesOf(external.home).map(({ command }) => command)
    expect(commands.filter((command) => command.includes('postgres -D'))).toEqual([])
    expect(existsSync(join(external.home, 'postgres/data'))).toBe(false)
    expect((await external.api.system.status.query()).database).toMatchObject({ ok: true, kind: 'external' })
    expect((await embedded.api.system.status.query()).database).toMatchObject({ ok: true, kind: 'embedded' })
  })

  it('let the CLI talk to the home it is told', async () => {
    const { code, stdout } = await embedded.cli(['projects', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'only-here' }])
  })
})
