import type { Logger } from 'pino'
import type { Settings } from '@/config/settings'
import { openAmqpBroker } from '../adapters/amqp/amqp-broker'
import { within } from '../adapters/broker/pause'
import { openLocalBroker } from '../adapters/local-broker/local-broker'
import { type ConsumerObserver, type EventConsumer, startConsumer } from '../consumers/event-consumer'
import type { Broker } from '../core/ports/broker'
import { systemScheduler } from '../core/scheduler'
import { EVENTS_CHANNEL, listen } from '../db/listen'
import { startPruner } from '../outbox/pruner'
import { startPublisher } from '../outbox/publisher'
import type { PrunerObserver, PublisherObserver } from '../outbox/publisher-observer'
import { alertDeadEvents } from '../services/event/dead-alert'
import { countDeadLetters, parkDeadLetter } from '../services/event/park-dead-letter'
import { readInstallationId } from '../services/installation/read-installation-id'
import type { ServiceContext } from '../services/service-context'
import { STOP_GRACES } from './stop-graces'

/** Who counts what delivery does. Calls must not throw. */
export interface DeliveryObserver {
  publisher: PublisherObserver
  pruner: PrunerObserver
  consumers: ConsumerObserver
}

export interface EventDeliveryOptions {
  ctx: Omit<ServiceContext, 'daemon' | 'databaseKind' | 'notifiers'>
  settings: Settings & { databaseUrl: string }
  /** All that act on events here. Without one for it, an event is returned by the in-process broker. */
  consumers: readonly EventConsumer[]
  observer: DeliveryObserver
  log: Logger
}

export interface EventDelivery {
  broker: Pick<Broker, 'kind' | 'status' | 'depths'>
  /** Publishes what is due and waits for consumers' work under way, each within a grace. The rest stays in its rows. */
  finish(): Promise<void>
  /** Says goodbye to the broker, after `finish`. */
  close(): Promise<void>
}

/** RabbitMQ when there is an address of one, else the same in process. */
function openBroker({ ctx, settings }: EventDeliveryOptions): Broker {
  const { now } = ctx.clock
  if (settings.amqpUrl === undefined)
    return openLocalBroker({
      now,
      park: (letter) => parkDeadLetter(ctx, letter),
      countParked: (queue) => countDeadLetters(ctx, queue),
    })
  return openAmqpBroker({
    url: settings.amqpUrl,
    quorumQueues: settings.amqpQuorumQueues,
    now,
    random: Math.random,
  })
}

/** What is counted is logged too where somebody has to know why. */
function logged(observer: DeliveryObserver, log: Logger): DeliveryObserver {
  const { publisher, pruner, consumers } = observer
  return {
    publisher: {
      batch: (outcome) => {
        publisher.batch(outcome)
        const { failedByKind } = outcome
        if (Object.keys(failedByKind).length > 0)
          log.warn({ failedByKind }, 'events were not delivered; they come again')
      },
      batchFailed: (error) => {
        publisher.batchFailed(error)
        log.warn({ err: error }, 'a batch of events could not be claimed or marked')
      },
    },
    pruner: {
      pruned: (deleted) => {
        pruner.pruned(deleted)
        if (deleted.events + deleted.consumed > 0) log.info(deleted, 'old events were deleted')
      },
      failed: (error) => {
        pruner.failed(error)
        log.warn({ err: error }, 'old events could not be deleted')
      },
    },
    consumers: {
      handled: consumers.handled,
      failed: (consumer, error, message) => {
        consumers.failed(consumer, error, message)
        log.warn({ err: error, consumer, eventId: message.id }, 'an event could not be acted on; it comes again')
      },
      deadLettered: (consumer, reason, message) => {
        consumers.deadLettered(consumer, reason, message)
        log.error({ consumer, eventId: message.id, reason }, 'a message is no event; it is kept as a dead letter')
      },
    },
  }
}

/** Starts everything that brings committed events to who acts on them: broker, consumers, publisher, pruning. */
export async function startEventDelivery(options: EventDeliveryOptions): Promise<EventDelivery> {
  const { ctx, settings, log } = options
  const { db, clock } = ctx
  const observer = logged(options.observer, log)
  const installationId = await readInstallationId(ctx)
  const alert = (errors: readonly string[]) => {
    alertDeadEvents(ctx, errors).catch((error: unknown) => log.error({ err: error }, 'no alert about dead events'))
  }

  const broker = openBroker(options)
  const unsubscribe = broker.onStatus(({ state, error }) => {
    if (state === 'ready') log.info({ broker: broker.kind }, 'the broker takes events')
    else log.warn({ broker: broker.kind, state, error }, 'the broker takes no events; they wait')
  })
  // Before the publisher: the in-process broker has queues only where somebody consumes.
  const consumers = options.consumers.map((consumer) =>
    startConsumer(broker, consumer, observer.consumers, clock.monotonicMs),
  )
  const parts = { db, clock, scheduler: systemScheduler }
  const publisher = startPublisher({
    ...parts,
    broker,
    installationId,
    maxRefusals: settings.eventMaxAttempts,
    random: Math.random,
    observer: observer.publisher,
    onParked: (parked) => {
      // Alerts are left out: one about them would not be delivered either.
      const errors = parked.filter(({ type }) => type !== 'system.alert').map(({ error }) => error)
      if (errors.length > 0) alert(errors)
    },
  })
  const pruner = startPruner({ ...parts, retentionDays: settings.eventRetentionDays, observer: observer.pruner })
  const listener = listen(settings.databaseUrl, [EVENTS_CHANNEL], {
    onNotify: publisher.wake,
    onConnect: publisher.wake,
    onError: (error) => log.warn({ err: error }, 'not listening for events'),
  })
  // A daemon that died between parking and alerting left this to do.
  alert([])

  return {
    broker,
    finish: async () => {
      const { flushMs, batchesMs, consumersMs } = STOP_GRACES
      await Promise.all([within(flushMs, pruner.stop()), publisher.flush(flushMs)])
      await listener.close()
      await publisher.stop(batchesMs)
      await within(consumersMs, Promise.all(consumers.map((consumer) => consumer.stop())))
    },
    close: async () => {
      unsubscribe()
      await within(STOP_GRACES.lastWordsMs, broker.close())
    },
  }
}
