import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings } from '@/config/load-settings'
import { homePaths } from '@/config/paths'
import { FULL_ACCESS } from '@/server/core/access/access'
import { systemClock } from '@/server/core/clock'
import type { DaemonLink } from '@/server/core/ports/daemon-link'
import { openDatabase } from '@/server/db/database'
import { CLI_TOKEN_NAME } from '@/server/services/identity/authenticate'
import { bootstrapInstallation, OWNER_NAME } from '@/server/services/installation/bootstrap-installation'
import { readInstallationKeys } from '@/server/services/installation/installation-keys'
import { createProject } from '@/server/services/project/create-project'
import { launchRunner } from '@/server/services/runner/launch-runner'
import type { ServiceContext } from '@/server/services/service-context'
import { createTestDatabase } from '../../support/postgres'
import { createTempHome } from '../../support/temp-home'

/** A daemon that nobody may ask: the services under test change the database only. */
const noDaemon = new Proxy({} as DaemonLink, {
  get: (_target, name) => () => Promise.reject(new Error(`the daemon was asked: ${String(name)}`)),
})

/** The services on a database of their own, without a process around them. */
export interface ServiceTest {
  ctx: ServiceContext
  /** Of its only node. */
  nodeId: string
  /** Of its database. */
  url: string
  /** Time for the services stands at `now` until moved. */
  clock: { now: Date }
  /** A fresh project in a fresh directory. */
  project(name: string, runnerQuota?: number): Promise<{ id: string; name: string }>
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>
  stop(): Promise<void>
}

/** Opens a copy of the migrated database as the owner of a fresh installation. */
export async function startServiceTest(): Promise<ServiceTest> {
  const home = createTempHome()
  const test = await createTestDatabase()
  const paths = homePaths(home.path)
  await bootstrapInstallation({ databaseUrl: test.url, paths })
  let idleError: Error | undefined
  const db = openDatabase(test.url, (error) => {
    idleError = error
  })
  const owner = await db.prisma.user.findUniqueOrThrow({ where: { name: OWNER_NAME } })
  const cli = await db.prisma.apiToken.findFirstOrThrow({ where: { name: CLI_TOKEN_NAME } })
  const { id: nodeId } = await db.prisma.node.findFirstOrThrow({ select: { id: true } })
  const clock = { now: new Date('2026-01-02T03:04:05.678Z') }
  const ctx: ServiceContext = {
    db,
    actor: { kind: 'user', id: owner.id, name: owner.name, via: 'api' },
    access: FULL_ACCESS,
    requestId: 'request-1',
    source: { address: null, credential: `token:${cli.id}` },
    clock: { ...systemClock, now: () => clock.now },
    settings: loadSettings({ flags: { home: home.path }, env: {} }).settings,
    keys: await readInstallationKeys(paths),
    daemon: noDaemon,
    notifiers: [],
    databaseKind: 'external',
  }
  return {
    ctx,
    nodeId,
    url: test.url,
    clock,
    project: async (name, runnerQuota) => {
      // Beside the home: no project may be inside it.
      const path = join(home.path, '..', name)
      mkdirSync(path, { recursive: true })
      return createProject(ctx, { name, path, defaultProvider: 'shell', runnerQuota })
    },
    query: async <Row extends object>(sql: string, values?: unknown[]) => (await db.pool.query<Row>(sql, values)).rows,
    stop: async () => {
      await db.close()
      // What the drop below cuts off was being closed already.
      const lost = idleError
      await test.drop()
      home.remove()
      if (lost) throw lost
    },
  }
}

/** What `runner.launch` takes, with its defaults filled in. */
export const launchOf = (project: string, idempotencyKey?: string) => ({
  project,
  provider: 'shell' as const,
  restartPolicy: 'never' as const,
  cols: 80,
  rows: 24,
  idempotencyKey,
})

/** A browser that signs in for the first time. */
export const aBrowser = { userAgent: 'Test Browser', address: '127.0.0.1', replaces: null }

/** The same with a runner. */
export async function startServiceTestWithRunner(): Promise<{ test: ServiceTest; runnerId: string }> {
  const test = await startServiceTest()
  await test.project('p')
  return { test, runnerId: (await launchRunner(test.ctx, launchOf('p'))).id }
}
