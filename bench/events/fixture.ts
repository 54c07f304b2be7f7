import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type ChannelModel, connect } from 'amqplib'
import pg from 'pg'
import { ensureDatabase } from '@/server/db/embedded-postgres/ensure-database'
import { startEmbeddedPostgres } from '@/server/db/embedded-postgres/start'
import { migrate } from '@/server/db/migrate'
import { checkout } from '../../tests/support/checkout'
import { startRabbitMq } from '../../tests/support/rabbitmq'
import { createTempHome } from '../../tests/support/temp-home'

/** A Postgres as durable as the embedded one, and a RabbitMQ, for one measurement. */
export interface EventFixture {
  databaseUrl: string
  amqpUrl: string
  pool: pg.Pool
  amqp: ChannelModel
  stop(): Promise<void>
}

/** Connections of the measurement itself: writers and fillers. */
const POOL_SIZE = 16

export async function openEventFixture(): Promise<EventFixture> {
  const directory = createTempHome('stv-bench-')
  const [postgres, rabbit] = await Promise.all([startEmbeddedPostgres({ directory: directory.path }), startRabbitMq()])
  const name = `bench_${randomUUID().slice(0, 8)}`
  await ensureDatabase(postgres.url('postgres'), name)
  await migrate(postgres.url(name), join(checkout, 'prisma/migrations'))
  const pool = new pg.Pool({ connectionString: postgres.url(name), max: POOL_SIZE })
  // Contenders' own sessions are cut when the server stops; that is no failure of the measurement.
  pool.on('error', (error) => process.stderr.write(`${error.message}\n`))
  const amqp = await connect(rabbit.url)
  return {
    databaseUrl: postgres.url(name),
    amqpUrl: rabbit.url,
    pool,
    amqp,
    stop: async () => {
      await amqp.close()
      await pool.end()
      await postgres.stop()
      await rabbit.stop()
      directory.remove()
    },
  }
}
