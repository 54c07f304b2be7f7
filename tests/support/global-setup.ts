import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureDatabase } from '@/server/db/embedded-postgres/ensure-database'
import { startEmbeddedPostgres } from '@/server/db/embedded-postgres/start'
import { migrate } from '@/server/db/migrate'
import { checkout } from './checkout'
import './postgres'
import { offerRabbitMq } from './shared-rabbitmq'
import { createTempHome } from './temp-home'

const TEMPLATE = 'stratavore_template'

/**
 * One Postgres for the whole run, with a migrated database to copy, and the offer of one RabbitMQ. Durability is not what
 * these tests are about.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = createTempHome('stv-pg-')
  const server = await startEmbeddedPostgres({
    directory: directory.path,
    serverSettings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  })
  await ensureDatabase(server.url('postgres'), TEMPLATE)
  await migrate(server.url(TEMPLATE), join(checkout, 'prisma/migrations'))
  project.provide('postgresUrl', server.url('postgres'))
  project.provide('templateDatabase', TEMPLATE)
  const rabbitMq = await offerRabbitMq()
  project.provide('rabbitMqOffice', rabbitMq.office)
  return async () => {
    await rabbitMq.close()
    await server.stop()
    directory.remove()
  }
}
