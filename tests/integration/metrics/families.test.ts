import { afterEach, beforeEach, expect, it } from 'vitest'
import { budgetSetInput } from '@/contracts/budget/budget'
import { metricsConsumer } from '@/server/consumers/metrics/metrics-consumer'
import type { BrokerState, QueueDepth } from '@/server/core/ports/broker'
import { openDatabase } from '@/server/db/database'
import { createDaemonMetrics, type MetricSources } from '@/server/metrics/daemon-metrics'
import { OUTBOX_QUERY } from '@/server/metrics/outbox-metrics'
import { raiseBudget } from '@/server/services/budget/raise-budget'
import { setBudget } from '@/server/services/budget/set-budget'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { spendTokens } from '../services/ledger-rows'
import { launchOf, type ServiceTest, startServiceTest } from '../services/service-test'
import { readServed } from './served-metrics'

let test: ServiceTest
let failures: unknown[]
const monotonic = { ms: 0 }
beforeEach(async () => {
  test = await startServiceTest()
  failures = []
})
afterEach(() => test.stop())

/** Metrics of the test's database, with `sources` instead of a daemon around them. */
function setUp(sources: Partial<MetricSources> = {}) {
  const metrics = createDaemonMetrics({
    db: test.ctx.db,
    clock: { now: () => test.clock.now, monotonicMs: () => monotonic.ms },
    consumers: ['metrics'],
    broker: () => null,
    agentsConnected: () => 0,
    terminalViewers: () => 0,
    leads: () => true,
    onReadFailure: (_of, error) => failures.push(error),
    ...sources,
  })
  const scrape = async () => {
    // Older than what scrapes may share.
    monotonic.ms += 60_000
    return metrics.render()
  }
  return { metrics, scrape }
}

/** Values by series, as they are printed. */
const values = (text: string): Record<string, number> =>
  Object.fromEntries([...text.matchAll(/^(\S+) (\S+)$/gm)].map(([, series, value]) => [series, Number(value)]))

const later = (seconds: number) => {
  test.clock.now = new Date(test.clock.now.getTime() + seconds * 1000)
}

it('tells what waits in the outbox, since when, and what is parked', async () => {
  const { scrape } = setUp()
  await test.query('UPDATE outbox_events SET published_at = now()')
  const outbox = async () => {
    const now = values(await scrape())
    return ['pending', 'oldest_seconds', 'dead'].map((name) => now[`stratavore_outbox_${name}`])
  }
  expect(await outbox()).toEqual([0, 0, 0])
  const project = await test.project('one')
  later(90)
  await launchRunner(test.ctx, launchOf(project.name))
  later(30)
  expect(await outbox()).toEqual([2, 120, 0])
  await test.query("UPDATE outbox_events SET dead_at = now() WHERE type = 'project.created'")
  expect(await outbox()).toEqual([1, 30, 1])
  expect(failures).toEqual([])
})

it('asks the outbox through its partial indexes: what was delivered costs nothing', async () => {
  await test.query(
    `INSERT INTO outbox_events (id, type, routing_key, aggregate_type, aggregate_id, actor_kind, actor_name, data, occurred_at, published_at)
     SELECT gen_random_uuid(), 'node.updated', 'node.updated.x', 'node', 'x', 'system', 'system', '{}', now(), now()
       FROM generate_series(1, 50000)`,
  )
  await test.query('VACUUM ANALYZE outbox_events')
  const plan = (await test.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${OUTBOX_QUERY}`)).map((row) => row['QUERY PLAN'])
  expect(plan.filter((line) => line.includes('Seq Scan'))).toEqual([])
  expect(plan.join('\n')).toContain('outbox_events_pending_idx')
  expect(plan.join('\n')).toContain('outbox_events_dead_idx')
})

it('counts what the publisher tells, and times each event', async () => {
  const { metrics, scrape } = setUp()
  metrics.publisher.batch({
    claimed: 5,
    published: 2,
    failedByKind: { nacked: 2 },
    notAttempted: 1,
    deadNow: 1,
    batchSeconds: 0.02,
    confirmSeconds: [0.001, 0.004],
    publishSeconds: [0.01, 100],
    attempts: [1, 3],
  })
  metrics.publisher.batchFailed(new Error('connection lost'))
  metrics.delivered(-0.001)
  expect(values(await scrape())).toMatchObject({
    'stratavore_outbox_attempts_total{result="published"}': 2,
    'stratavore_outbox_attempts_total{result="nacked"}': 2,
    'stratavore_outbox_attempts_total{result="blocked"}': 0,
    stratavore_outbox_parked_total: 1,
    stratavore_outbox_batch_failures_total: 1,
    stratavore_outbox_confirm_seconds_count: 2,
    'stratavore_outbox_publish_seconds_bucket{le="0.01"}': 1,
    stratavore_outbox_batch_events_sum: 5,
    // Clocks of two machines may differ by a little: never a negative sum.
    stratavore_event_delivery_seconds_sum: 0,
  })
})

it('tells the state of the broker in use and the depth of its queues, while there is one', async () => {
  let state: BrokerState = 'ready'
  let connected = true
  const depths: QueueDepth[] = [{ queue: 'stratavore.alerts', waiting: 7, dead: 2, consumers: 1 }]
  const broker = {
    kind: 'amqp' as const,
    status: () => ({ state, since: new Date(0), error: null }),
    depths: async () => depths,
  }
  const { scrape } = setUp({ broker: () => (connected ? broker : null) })
  expect(values(await scrape())).toMatchObject({
    'stratavore_broker_ready{kind="amqp"}': 1,
    'stratavore_queue_messages{queue="stratavore.alerts"}': 7,
    'stratavore_queue_dead_letters{queue="stratavore.alerts"}': 2,
    'stratavore_queue_consumers{queue="stratavore.alerts"}': 1,
    'stratavore_queue_messages{queue="stratavore.metrics"}': 0,
  })
  state = 'blocked'
  expect(values(await scrape())['stratavore_broker_ready{kind="amqp"}']).toBe(0)
  connected = false
  expect(readServed(await scrape()).has('stratavore_broker_ready')).toBe(false)
})

it('tells what runners do, and how long the one that waits longest has been waiting', async () => {
  const { scrape } = setUp()
  const project = await test.project('busy')
  const activities = ['waiting_permission', 'waiting_input', 'working']
  for (const activity of activities) {
    const { id } = await launchRunner(test.ctx, launchOf(project.name))
    await test.query(
      "UPDATE runners SET status = 'running', activity = $2::runner_activity, activity_since = $3 WHERE id = $1::uuid",
      [id, activity, test.clock.now],
    )
    later(100)
  }
  const text = values(await scrape())
  for (const activity of activities) expect(text[`stratavore_runners_by_activity{activity="${activity}"}`]).toBe(1)
  expect(text['stratavore_runners_by_activity{activity="idle"}']).toBe(0)
  expect(text.stratavore_runners_longest_wait_seconds).toBe(300)
  await test.query("UPDATE runners SET activity = 'idle'")
  expect(values(await scrape()).stratavore_runners_longest_wait_seconds).toBe(0)
})

it('makes figures of launches and waits from events', async () => {
  const { metrics, scrape } = setUp()
  const { handle } = metricsConsumer(metrics.runnerFigures)
  const project = await test.project('figures', 0)
  const envelope = {
    specversion: '1.0' as const,
    id: '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d',
    source: 'urn:stratavore:installation:test',
    time: test.clock.now.toISOString(),
    datacontenttype: 'application/json' as const,
    dataschema: 'urn:stratavore:event:runner.activity:1',
    sequence: '1',
    actorkind: 'daemon' as const,
    actorname: 'daemon',
  }
  const data = { activity: 'working', previous: 'waiting_input', previousSeconds: 60, provider: 'claude', epoch: 1 }
  await handle({ ...envelope, type: 'runner.activity', subject: 'runner/r', project: project.name, data })
  await handle({ ...envelope, type: 'runner.activity', subject: 'runner/r', project: project.name, data })
  expect(values(await scrape())).toMatchObject({
    'stratavore_runner_waiting_seconds_sum{activity="waiting_input",provider="claude"}': 60,
    'stratavore_runner_waiting_seconds_count{activity="waiting_input",provider="claude"}': 1,
    'stratavore_runner_waiting_seconds_count{activity="waiting_permission",provider="claude"}': 0,
    'stratavore_launches_total{result="started"}': 0,
  })
})

it('answers without a database: the last known figures, and that they are', async () => {
  const away = openDatabase('postgresql://nobody@127.0.0.1:1/none', () => undefined)
  const { scrape } = setUp({ db: away, agentsConnected: () => 3 })
  const text = values(await scrape())
  await away.close()
  expect(text).toMatchObject({
    stratavore_database_up: 0,
    stratavore_agents_connected: 3,
    stratavore_outbox_pending: 0,
  })
  expect(failures).toHaveLength(1)
})

it('tells how far budgets are used, raises counted, and what was spent', async () => {
  const { scrape } = setUp()
  const project = await test.project('web')
  const limit = { project: 'web', unit: 'tokens', period: 'daily', limit: 100, policy: 'notify' }
  const { id } = await setBudget(test.ctx, budgetSetInput.parse(limit))
  const series = `stratavore_budget_used_ratio{budget="${id}",scope="project:web",period="daily",unit="tokens",policy="notify"}`
  expect(values(await scrape())[series]).toBe(0)
  await spendTokens(test, { tokens: 120, projectId: project.id })
  expect(values(await scrape())[series]).toBe(1.2)
  await raiseBudget(test.ctx, { id, by: { amount: 140 } })
  expect(values(await scrape())[series]).toBe(0.5)
  const runner = await launchRunner(test.ctx, launchOf('web'))
  await test.query('UPDATE runners SET tokens_used = 7, cost_usd = 1.25 WHERE id = $1', [runner.id])
  const now = values(await scrape())
  for (const scope of ['project:web', 'global']) {
    expect(now[`stratavore_tokens_used_total{scope="${scope}"}`]).toBe(7)
    expect(now[`stratavore_cost_usd_total{scope="${scope}"}`]).toBe(1.25)
  }
})
