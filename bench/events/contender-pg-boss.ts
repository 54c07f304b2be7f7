import PgBoss from 'pg-boss'
import { publishConfirmed } from './bench-queue'
import type { Contender } from './contender'
import type { EventFixture } from './fixture'

const QUEUE = 'publish'
const BATCH = 1_000
/** The shortest it allows. */
const POLL_SECONDS = 0.5

/** pg-boss, fetching in batches, with a handler that publishes a batch and waits for its confirms. */
export async function pgBoss({ databaseUrl, amqp }: EventFixture, queue: string): Promise<Contender> {
  const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false })
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`))
  await boss.start()
  await boss.createQueue(QUEUE)
  const channel = await amqp.createConfirmChannel()
  return {
    name: 'pg-boss',
    append: async (client, event) => {
      const db = { executeSql: (text: string, values: unknown[]) => client.query(text, values) }
      await boss.send(QUEUE, { id: event.id }, { db })
    },
    fill: async (count) => {
      const jobs = Array.from({ length: count }, () => ({ name: QUEUE, data: { id: crypto.randomUUID() } }))
      for (let from = 0; from < count; from += BATCH) await boss.insert(jobs.slice(from, from + BATCH))
    },
    start: async () => {
      await boss.work<{ id: string }>(
        QUEUE,
        { batchSize: BATCH, pollingIntervalSeconds: POLL_SECONDS },
        async (jobs) => {
          await Promise.all(jobs.map((job) => publishConfirmed(channel, queue, job.data.id)))
        },
      )
    },
    stop: async () => {
      await boss.stop({ graceful: false, wait: true })
      await channel.close()
    },
  }
}
