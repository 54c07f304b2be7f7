import { createTestDatabase } from '../../support/postgres'
import { type Stack, type StackOptions, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { type DatabaseProbe, probeDatabase } from './database-facts'

/** A stack on a test database that can be looked into. */
export interface ProbedStack {
  stack: Stack
  /** Of the database. */
  url: string
  database: DatabaseProbe
  stop(): Promise<void>
}

/** Starts a real stack on a copy of the migrated database, and waits until its start writes nothing more. */
export async function startProbedStack(options: StackOptions = {}): Promise<ProbedStack> {
  const test = await createTestDatabase()
  const stack = await startStack({ ...options, env: { ...options.env, DATABASE_URL: test.url } })
  const database = probeDatabase(test.url)
  // The agent joins after the launcher says that all is up; its join is a change like any other.
  await waitUntil('the local agent has joined', async () => (await stack.pids()).agents.length > 0)
  return {
    stack,
    url: test.url,
    database,
    stop: async () => {
      try {
        await stack.stop()
      } finally {
        await database.close()
        await test.drop()
      }
    },
  }
}
