import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openAmqpBroker } from '@/server/adapters/amqp/amqp-broker'
import { systemClock } from '@/server/core/clock'
import { systemScheduler } from '@/server/core/scheduler'
import { EVENTS_CHANNEL, listen } from '@/server/db/listen'
import { startPublisher } from '@/server/outbox/publisher'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { recordRunning } from '@/server/services/runner/record-running'
import { startDocumentedConsumer } from '../../support/documented-consumer'
import { createVhost, type TestVhost } from '../../support/shared-rabbitmq'
import { waitUntil } from '../../support/wait-until'
import { launchOf, type ServiceTest, startServiceTest } from '../services/service-test'

const LAUNCHES = 1_000
const AT_ONCE = 4
/** The publisher's batch is cut from its database after this many launches: what it published comes again. */
const CUT_EVERY = 250
/** So many launches must be to come at a cut: they alone make sure that there is another batch to wait for. */
const LEFT_AFTER_CUT = 100

let test: ServiceTest
let vhost: TestVhost
beforeAll(async () => {
  ;[test, vhost] = await Promise.all([startServiceTest(), createVhost()])
})
afterAll(async () => {
  await vhost.drop()
  await test.stop()
})

/** A launch, as the parts around it would record it: started by an agent, over after a while. */
async function launchOne(project: string, agentId: string): Promise<void> {
  const { id } = await launchRunner(test.ctx, { ...launchOf(project), provider: 'claude' })
  const process = { pid: 1, startTicks: 1, bootId: 'test' }
  await recordRunning(test.ctx, { runnerId: id, epoch: 1, agentId, state: 'running', process })
  const exit = { exitCode: 0, signal: null, reason: 'exited with code 0', lastLines: '' }
  await recordExit(test.ctx, id, 1, exit)
}

/** Ends the database session of a batch that is claimed and not committed. */
const cutBatch = () =>
  waitUntil('a batch is under way', async () => {
    const cut = await test.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%outbox_events%SKIP LOCKED%'`,
    )
    return cut.length > 0
  })

const TIMEOUT_MS = 300_000

it('a program written from docs/events gets every event of 1,000 launches, once after deduplication and in order', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { name } = await test.project('launches', LAUNCHES)
  const [node] = await test.query<{ id: string }>(`SELECT id FROM nodes WHERE name = 'local'`)
  const agentId = randomUUID()
  await test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     VALUES ($1, $2, 1, 1, 'test', 'test', 1, now(), now())`,
    [agentId, node?.id],
  )
  const consumer = await startDocumentedConsumer(vhost.url)
  const broker = openAmqpBroker({ url: vhost.url, quorumQueues: false, now: systemClock.now, random: Math.random })
  const problems: unknown[] = []
  const publisher = startPublisher({
    db: test.ctx.db,
    broker,
    installationId: randomUUID(),
    maxRefusals: 12,
    clock: systemClock,
    scheduler: systemScheduler,
    random: Math.random,
    observer: { batch: () => {}, batchFailed: () => {} },
    onParked: (parked) => problems.push(parked),
  })
  const listener = listen(test.url, [EVENTS_CHANNEL], {
    onNotify: () => publisher.wake(),
    onConnect: () => publisher.wake(),
    onError: (error) => problems.push(error),
  })
  try {
    let begun = 0
    const work = async () => {
      while (begun < LAUNCHES) {
        begun += 1
        if (begun % CUT_EVERY === 0 && LAUNCHES - begun >= LEFT_AFTER_CUT) await cutBatch()
        await launchOne(name, agentId)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const rows = await test.query<{ id: string; seq: string }>('SELECT id, seq FROM outbox_events ORDER BY seq')
    const published = async () =>
      (await test.query('SELECT 1 FROM outbox_events WHERE published_at IS NULL')).length === 0
    await waitUntil('everything is published', published, 120_000)
    const firsts = () => new Set(consumer.deliveries.map(({ id }) => id))
    await waitUntil('everything has arrived', () => firsts().size >= rows.length, 60_000)

    expect(problems).toEqual([])
    expect(consumer.deliveries.filter(({ problem }) => problem !== null)).toEqual([])
    expect([...firsts()].sort()).toEqual(rows.map(({ id }) => id).sort())
    expect(rows.length).toBeGreaterThanOrEqual(LAUNCHES * 4)
    expectOrderPerSubject(consumer.deliveries)
  } finally {
    await listener.close()
    await publisher.stop(5_000)
    await broker.close()
    await consumer.stop()
  }
})

/** Of each subject, first deliveries come in the order of the changes. */
function expectOrderPerSubject(deliveries: readonly { id: string; subject: string; sequence: string }[]): void {
  const seen = new Set<string>()
  const last = new Map<string, bigint>()
  for (const { id, subject, sequence } of deliveries) {
    if (seen.has(id)) continue
    seen.add(id)
    expect(BigInt(sequence), subject).toBeGreaterThan(last.get(subject) ?? 0n)
    last.set(subject, BigInt(sequence))
  }
}
