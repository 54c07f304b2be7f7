import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DocumentedConsumer, startDocumentedConsumer } from '../../support/documented-consumer'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import { signal } from '../../support/processes'
import { type RabbitMq, startRabbitMq } from '../../support/rabbitmq'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

/** Processes restart and reconnect, on a machine that runs other tests too. */
const PATIENCE_MS = 90_000
const TEST_MS = 400_000

let rabbit: RabbitMq
let probed: ProbedStack
let consumer: DocumentedConsumer | undefined
beforeAll(async () => {
  rabbit = await startRabbitMq()
  // Its queue is there before the first event, and keeps what comes while nobody reads it.
  await (await startDocumentedConsumer(rabbit.url)).stop()
  probed = await startProbedStack({ env: { AMQP_URL: rabbit.url } })
}, 600_000)
afterAll(async () => {
  await consumer?.stop()
  await probed?.stop()
  await rabbit?.stop()
})

const undelivered = async () => {
  const { rows } = await probed.database.query(
    'SELECT count(*)::int AS n FROM outbox_events WHERE published_at IS NULL',
  )
  return Number(rows[0]?.n)
}
const allDelivered = () =>
  waitUntil('every event is with the broker', async () => (await undelivered()) === 0, PATIENCE_MS)
const brokerState = async () => (await probed.stack.api.system.status.query()).broker

it('a daemon on RabbitMQ: the broker dies under load, then the daemon too; nobody notices, and every event arrives', {
  timeout: TEST_MS,
}, async () => {
  const { stack } = probed
  expect(await brokerState()).toMatchObject({ kind: 'amqp', ok: true })
  const project = await createProject(stack, { runnerQuota: 10 })
  const input = { project: project.name, provider: 'shell' as const }
  const before = await launchRunning(stack, input)
  await allDelivered()

  await rabbit.kill9()
  await waitUntil('the loss is told', async () => !(await brokerState()).ok, PATIENCE_MS)
  expect((await stack.api.system.health.query()).status).toBe('degraded')
  // The work goes on: launches, stops, and what they tell.
  const meanwhile = await launchRunning(stack, input)
  await stack.api.runner.stop.mutate({ id: before.id, force: true })
  await untilStatus(stack, before.id, ['terminated'])
  expect(await undelivered()).toBeGreaterThan(0)

  const { daemon } = await stack.pids()
  signal(daemon ?? 0, 'SIGKILL')
  await waitUntil(
    'another daemon leads',
    async () => ![null, daemon].includes((await stack.pids()).daemon),
    PATIENCE_MS,
  )
  await untilStatus(stack, meanwhile.id, ['running'], PATIENCE_MS)

  await rabbit.start()
  await allDelivered()
  expect(await brokerState()).toMatchObject({ kind: 'amqp', ok: true })
  const { rows } = await probed.database.query('SELECT id, dead_at FROM outbox_events')
  expect(rows.filter((row) => row.dead_at !== null)).toEqual([])

  consumer = await startDocumentedConsumer(rabbit.url)
  const arrived = () => new Set(consumer?.deliveries.map(({ id }) => id))
  await waitUntil('all of them are read', () => rows.every((row) => arrived().has(row.id)), PATIENCE_MS)
  expect(consumer.deliveries.filter(({ problem }) => problem !== null)).toEqual([])
})

it('stops within its grace while the broker is frozen; what was not delivered stays in its rows', {
  timeout: TEST_MS,
}, async () => {
  const { stack } = probed
  await consumer?.stop()
  consumer = undefined
  rabbit.pause()
  try {
    await stack.stop()
    expect((await stack.launcher.exited).code).toBe(0)
  } finally {
    rabbit.resume()
  }
  expect(await undelivered()).toBeGreaterThan(0)
  const { rows } = await probed.database.query('SELECT 1 FROM outbox_events WHERE dead_at IS NOT NULL')
  expect(rows).toEqual([])
})
