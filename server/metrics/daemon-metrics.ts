import { Registry } from 'prom-client'
import type { ConsumerObserver } from '../consumers/event-consumer'
import type { RunnerFigureObserver } from '../consumers/metrics/runner-figures'
import type { Clock } from '../core/clock'
import type { Broker } from '../core/ports/broker'
import type { Database } from '../db/database'
import type { TerminalTraffic } from '../gateways/terminal/terminal-traffic'
import type { PrunerObserver, PublisherObserver } from '../outbox/publisher-observer'
import type { DeliveryObserver } from '../services/notification/deliver-notifications'
import type { ReconcileObserver } from '../services/reconcile/reconcile-observer'
import type { UsageObserver } from '../services/usage/usage-context'
import { registerActivityMetrics } from './activity-metrics'
import { registerBrokerMetrics } from './broker-metrics'
import { registerBudgetMetrics } from './budget-metrics'
import { registerConsumerMetrics } from './consumer-metrics'
import { registerDatabaseMetrics } from './database-metrics'
import { type HeartbeatMetrics, registerHeartbeatMetrics } from './heartbeat-metrics'
import { registerLeaderMetrics } from './leader-metrics'
import { registerNodeMetrics } from './node-metrics'
import { registerNotificationMetrics } from './notification-metrics'
import { registerOutboxMetrics } from './outbox-metrics'
import { registerProcessMetrics } from './process-metrics'
import { registerReconcileMetrics } from './reconcile-metrics'
import { registerRunnerFigures } from './runner-figure-metrics'
import { registerRunnerMetrics, withRunnersUntyped } from './runner-metrics'
import { createScrapeReading } from './scrape-reading'
import { registerTerminalMetrics } from './terminal-metrics'
import { registerUsageMetrics } from './usage-metrics'

/** Where the figures are that others keep. What is a function is asked at each scrape. */
export interface MetricSources {
  db: Pick<Database, 'pool'>
  clock: Clock
  /** Names of the consumers this daemon has. */
  consumers: readonly string[]
  /** Null while this daemon has none: it stands by. */
  broker(): Pick<Broker, 'kind' | 'status' | 'depths'> | null
  agentsConnected(): number
  terminalViewers(): number
  /** Whether this daemon does the work, or stands by. */
  leads(): boolean
  /** Figures of the database or the broker could not be read. */
  onReadFailure(of: 'database' | 'broker', error: unknown): void
}

export interface DaemonMetrics {
  contentType: string
  /** The text Prometheus scrapes. Answers in time whatever is away: `stratavore_database_up` tells. */
  render(): Promise<string>
  /** Who tells what, for those who do it. */
  heartbeats: HeartbeatMetrics
  /** From the arrival of an activity report to its commit. */
  activityLatency(seconds: number): void
  publisher: PublisherObserver
  pruner: PrunerObserver
  /** An event reached the daemon's own consumer so many seconds after its change. */
  delivered(seconds: number): void
  consumers: ConsumerObserver
  runnerFigures: RunnerFigureObserver
  reconcile: ReconcileObserver
  notifications: DeliveryObserver
  terminals: TerminalTraffic
  usage: UsageObserver
}

/**
 * The daemon's Prometheus metrics. Each family is a file of its own; every series that can be named beforehand is there
 * from the first scrape on, so that a rule never misses one.
 */
export function createDaemonMetrics(sources: MetricSources): DaemonMetrics {
  const { db, clock } = sources
  const registry = new Registry()
  registerProcessMetrics(registry)
  registerLeaderMetrics(registry, sources.leads)
  const database = registerDatabaseMetrics(registry, db)
  const runners = registerRunnerMetrics(registry, db, clock.now)
  const nodes = registerNodeMetrics(registry, db, sources.agentsConnected)
  const budgets = registerBudgetMetrics(registry, db, clock.now)
  const outbox = registerOutboxMetrics(registry, db, clock.now)
  const notifications = registerNotificationMetrics(registry, db)
  const broker = registerBrokerMetrics(registry, sources.broker)

  const readDatabase = createScrapeReading(
    async () => {
      for (const family of [runners, nodes, budgets, outbox, notifications]) await family.read()
    },
    {
      monotonicMs: clock.monotonicMs,
      outcome: (error) => {
        database.answered(error === null)
        if (error !== null) sources.onReadFailure('database', error)
      },
    },
  )
  const readBroker = createScrapeReading(broker.read, {
    monotonicMs: clock.monotonicMs,
    outcome: (error) => {
      if (error !== null) sources.onReadFailure('broker', error)
    },
  })

  return {
    contentType: registry.contentType,
    render: async () => {
      await Promise.all([readDatabase.refresh(), readBroker.refresh()])
      return withRunnersUntyped(await registry.metrics())
    },
    heartbeats: registerHeartbeatMetrics(registry),
    activityLatency: registerActivityMetrics(registry),
    publisher: outbox.publisher,
    pruner: outbox.pruner,
    delivered: outbox.delivered,
    consumers: registerConsumerMetrics(registry, sources.consumers),
    runnerFigures: registerRunnerFigures(registry),
    reconcile: registerReconcileMetrics(registry, clock.now),
    notifications: notifications.observer,
    terminals: registerTerminalMetrics(registry, sources.terminalViewers),
    usage: registerUsageMetrics(registry),
  }
}
