import { createTestDatabase } from '../../support/postgres'
import { type Stack, type StackOptions, startStack } from '../../support/stack'
import { type DatabaseProbe, probeDatabase } from './database-facts'

/** A stack on a test database that can be looked into. */
export interface ProbedStack {
  stack: Stack
  database: DatabaseProbe
  stop(): Promise<void>
}

/** Starts a real stack on a copy of the migrated database. */
export async function startProbedStack(options: StackOptions = {}): Promise<ProbedStack> {
  const test = await createTestDatabase()
  const stack = await startStack({ ...options, env: { ...options.env, DATABASE_URL: test.url } })
  const database = probeDatabase(test.url)
  return {
    stack,
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
