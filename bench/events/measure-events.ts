import type { Figure } from '../statistics'
import { spread } from '../statistics'
import { createArrivals } from './arrivals'
import { openBenchQueue } from './bench-queue'
import type { Contender } from './contender'
import { graphileWorker } from './contender-graphile-worker'
import { outbox } from './contender-outbox'
import { pgBoss } from './contender-pg-boss'
import { slowPoll } from './contender-slow-poll'
import { type EventFixture, openEventFixture } from './fixture'
import { measureLatency } from './latency'
import { rawConfirms } from './raw-confirms'
import { measureWriters } from './writers'

/** Committed before the contender starts. */
const BACKLOG = 20_000
/** One that polls takes minutes for that: it is timed over what it does in this time. */
const DRAIN_LIMIT_MS = 30_000
const RATES = [
  { perSecond: 100, seconds: 5 },
  { perSecond: 1_000, seconds: 5 },
]
/** What has not arrived this long after the last commit counts as late. */
const GRACE_MS = 3_000

type Open = (fixture: EventFixture, queue: string) => Promise<Contender>
const contenders: Record<string, Open> = {
  outbox,
  'graphile-worker': graphileWorker,
  'pg-boss': pgBoss,
  'slow-poll': slowPoll,
}

/** Outboxes beside each other on the same Postgres and RabbitMQ, and beside RabbitMQ alone. */
export async function measureEvents(): Promise<Figure[]> {
  const fixture = await openEventFixture()
  try {
    const raw = await rawConfirms(fixture, BACKLOG)
    const figures: Figure[] = [{ name: 'raw amqplib confirms', unit: '/s', value: raw }]
    for (const open of Object.values(contenders)) figures.push(...(await measureContender(fixture, open, raw)))
    return figures
  } finally {
    await fixture.stop()
  }
}

async function measureContender(fixture: EventFixture, open: Open, raw: number): Promise<Figure[]> {
  const queue = 'bench.events'
  const arrivals = createArrivals()
  const consumer = await openBenchQueue(fixture.amqp, queue, arrivals.seen)
  const contender = await open(fixture, queue)
  const { name } = contender
  try {
    await contender.fill(BACKLOG)
    const all = arrivals.more(BACKLOG)
    const startedAt = performance.now()
    await contender.start()
    const limit = new AbortController()
    await Promise.race([all, stopAfter(DRAIN_LIMIT_MS, limit.signal)])
    limit.abort()
    const perSecond = arrivals.total() / ((performance.now() - startedAt) / 1000)
    const figures: Figure[] = [
      { name: `${name}: backlog delivered`, unit: '/s', value: perSecond },
      { name: `${name}: against raw confirms`, unit: '×', value: perSecond / raw },
    ]
    // One that is still at its backlog would only show how long that takes.
    if (arrivals.total() < BACKLOG) return figures
    for (const rate of RATES) {
      const { samples, arrived } = await measureLatency(fixture, contender, arrivals, { ...rate, graceMs: GRACE_MS })
      figures.push(...spread(`${name}: commit to consumer at ${rate.perSecond}/s`, samples), {
        name: `${name}: arrived at ${rate.perSecond}/s within ${GRACE_MS / 1000} s`,
        unit: '%',
        value: arrived * 100,
      })
    }
    figures.push(...(await measureWriters(fixture, contender, arrivals)))
    return figures
  } finally {
    await contender.stop()
    await consumer.close()
  }
}

const stopAfter = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
