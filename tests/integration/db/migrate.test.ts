import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '@/server/db/migrate'
import { checkout } from '../../support/checkout'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { createTempHome, type TempHome } from '../../support/temp-home'

let database: TestDatabase
let temp: TempHome
let migrations: string

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

function write(name: string, sql: string): void {
  mkdirSync(join(migrations, name), { recursive: true })
  writeFileSync(join(migrations, name, 'migration.sql'), sql)
}

beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
  temp = createTempHome()
  migrations = join(temp.path, 'migrations')
  mkdirSync(migrations)
})

afterEach(async () => {
  await database.drop()
  temp.remove()
})

describe('migrate', () => {
  it('applies the real migrations once, whoever comes first', async () => {
    const directory = join(checkout, 'prisma/migrations')
    const results = await Promise.all([migrate(database.url, directory), migrate(database.url, directory)])
    const applied = results.flat()
    expect(applied.length).toBeGreaterThan(0)
    expect(new Set(applied).size).toBe(applied.length)
    expect(await migrate(database.url, directory)).toEqual([])
  })

  it('rolls a failed migration back as a whole, and applies it once it is mended', async () => {
    write('1_first', 'CREATE TABLE a (x int); INSERT INTO a VALUES (1)')
    write('2_second', 'CREATE TABLE b (x int); SELECT no_such_function()')
    await expect(migrate(database.url, migrations)).rejects.toThrow(
      /2_second failed and was rolled back: .*no_such_function/,
    )
    expect(await query('SELECT to_regclass($$b$$) AS b')).toEqual([{ b: null }])
    write('2_second', 'CREATE TABLE b (x int)')
    expect(await migrate(database.url, migrations)).toEqual(['2_second'])
    expect(await query('SELECT count(*)::int AS n FROM a')).toEqual([{ n: 1 }])
  })

  it('refuses a database that holds something else', async () => {
    await query('CREATE TABLE wordpress_posts (id int)')
    write('1_first', 'CREATE TABLE a (x int)')
    await expect(migrate(database.url, migrations)).rejects.toThrow(/not empty.*wordpress_posts.*P3005/)
    expect(await query('SELECT to_regclass($$_prisma_migrations$$) AS t')).toEqual([{ t: null }])
  })

  it('refuses a migration that was edited, and a database of a newer version', async () => {
    write('1_first', 'CREATE TABLE a (x int)')
    write('2_second', 'CREATE TABLE b (x int)')
    await migrate(database.url, migrations)
    write('1_first', 'CREATE TABLE a (x bigint)')
    await expect(migrate(database.url, migrations)).rejects.toThrow(/1_first was changed after/)

    const older = join(temp.path, 'older')
    write('1_first', 'CREATE TABLE a (x int)')
    cpSync(join(migrations, '1_first'), join(older, '1_first'), { recursive: true })
    await expect(migrate(database.url, older)).rejects.toThrow(/another version .*2_second is not known/)
  })

  it('explains a migration that prisma migrate left unfinished', async () => {
    write('1_first', 'CREATE TABLE a (x int)')
    await migrate(database.url, migrations)
    await query('UPDATE _prisma_migrations SET finished_at = NULL')
    await expect(migrate(database.url, migrations)).rejects.toThrow(/migrate resolve --rolled-back 1_first/)
  })
})
