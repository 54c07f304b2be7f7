import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Any database of the run's Postgres, as its superuser. */
    postgresUrl: string
    /** The migrated database that test databases are copied from. */
    templateDatabase: string
  }
}

export interface TestDatabase {
  url: string
  /** Drops it, connections that were left open included. */
  drop(): Promise<void>
}

async function withAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * A database of its own for one test file: a copy of the migrated one, or an empty one. With a password, `url` is for a
 * superuser of its own who has it.
 */
export async function createTestDatabase(options: { empty?: boolean; password?: string } = {}): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = options.empty === true ? 'template0' : inject('templateDatabase')
  await withAdmin(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  const { password } = options
  if (password !== undefined) {
    await withAdmin(adminUrl, (client) =>
      client.query(`CREATE ROLE ${name} LOGIN SUPERUSER PASSWORD ${client.escapeLiteral(password)}`),
    )
    url.username = name
    url.password = password
  }
  return {
    url: url.href,
    drop: () =>
      withAdmin(adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
        if (password !== undefined) await client.query(`DROP ROLE ${name}`)
      }),
  }
}
