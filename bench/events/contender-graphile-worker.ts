import { Logger, makeWorkerUtils, type Runner, run } from 'graphile-worker'
import { publishConfirmed } from './bench-queue'
import type { Contender } from './contender'
import type { EventFixture } from './fixture'

/** Its own advice for throughput: many jobs at once, fetched in batches, completed in batches. */
const CONCURRENCY = 100
const LOCAL_QUEUE = 500
const COMPLETE_BATCH_MS = 1

// It writes a line per job otherwise, which costs it most of its speed.
const QUIET = new Logger(() => () => undefined)

/** graphile-worker with a task that publishes and waits for the confirm. */
export async function graphileWorker({ pool, databaseUrl, amqp }: EventFixture, queue: string): Promise<Contender> {
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger: QUIET })
  await utils.migrate()
  const channel = await amqp.createConfirmChannel()
  let runner: Runner | null = null
  return {
    name: 'graphile-worker',
    append: async (client, event) => {
      await client.query(`SELECT graphile_worker.add_job('publish', $1::json)`, [JSON.stringify({ id: event.id })])
    },
    fill: async (count) => {
      await pool.query(
        `SELECT graphile_worker.add_job('publish', json_build_object('id', gen_random_uuid())) FROM generate_series(1, $1)`,
        [count],
      )
    },
    start: async () => {
      runner = await run({
        connectionString: databaseUrl,
        noHandleSignals: true,
        pollInterval: 2_000,
        preset: {
          worker: {
            concurrentJobs: CONCURRENCY,
            localQueue: { size: LOCAL_QUEUE },
            completeJobBatchDelay: COMPLETE_BATCH_MS,
            failJobBatchDelay: COMPLETE_BATCH_MS,
            maxPoolSize: 10,
          },
        },
        taskList: {
          publish: async (payload) => publishConfirmed(channel, queue, String((payload as { id: string }).id)),
        },
        logger: QUIET,
      })
    },
    stop: async () => {
      await runner?.stop()
      await utils.release()
      await channel.close()
    },
  }
}
