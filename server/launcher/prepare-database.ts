import { join } from 'node:path'
import type { HomePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import { applicationDatabase } from '../db/application-role'
import { setAuditRetention } from '../db/audit-policy'
import { ensureDatabase } from '../db/embedded-postgres/ensure-database'
import { migrate } from '../db/migrate'
import { bootstrapInstallation } from '../services/installation/bootstrap-installation'
import { openKeyRing } from '../services/installation/key-ring-file'
import { describeDatabaseProblem } from './describe-database-problem'
import { keepPostgres } from './keep-postgres'
import { LauncherError } from './launcher-error'
import { type Console, startStep } from './start-line'

/** Name of our database in the embedded Postgres. */
const DATABASE = 'stratavore'

export interface PreparedDatabase {
  /** For web and daemon. */
  url: string
  /** Stops the embedded Postgres; nothing for one that is not ours. */
  stop(): Promise<void>
}

const count = (amount: number): string => (amount === 0 ? 'up to date' : `${amount} applied`)

async function provideServer(settings: Settings, paths: HomePaths, terminal: Console): Promise<PreparedDatabase> {
  const { databaseUrl } = settings
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: async () => undefined }
  return startStep(
    terminal,
    'Start Postgres (embedded)',
    async () => {
      const kept = await keepPostgres(paths.postgresDir, DATABASE, (line) => terminal.error(`postgres: ${line}\n`))
      const adminUrl = new URL(kept.url)
      adminUrl.pathname = '/postgres'
      await ensureDatabase(adminUrl.href, DATABASE)
      return kept
    },
    ({ pid, reused }) => `pid ${pid}${reused ? ', was running' : ''}`,
  )
}

/**
 * A migrated database with everything in it that web and daemon need. Throws LauncherError or MigrationError; an
 * embedded Postgres that was started for it is stopped again then.
 */
export async function prepareDatabase(
  settings: Settings,
  paths: HomePaths,
  checkout: string,
  terminal: Console,
): Promise<PreparedDatabase> {
  const database = await provideServer(settings, paths, terminal)
  try {
    await startStep(
      terminal,
      settings.databaseUrl === undefined ? 'Apply migrations' : 'Apply migrations to your Postgres',
      () => migrate(database.url, join(checkout, 'prisma/migrations')),
      (applied) => count(applied.length),
    )
    await bootstrapInstallation({ databaseUrl: database.url, paths })
    await setAuditRetention(database.url, settings.auditRetentionDays ?? null)
    const application = await applicationDatabase(database.url, openKeyRing(paths.secretsKey).current().secret)
    // Ours always lets us; with another one it is not ours to insist.
    if (application.refused !== null && settings.databaseUrl === undefined) throw new Error(application.refused)
    return { url: application.url, stop: database.stop }
  } catch (error) {
    await database.stop()
    const problem =
      settings.databaseUrl === undefined ? undefined : describeDatabaseProblem(error, settings.databaseUrl)
    throw problem === undefined ? error : new LauncherError(problem, { cause: error })
  }
}
