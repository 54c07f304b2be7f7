import { Counter, Histogram, type Registry } from 'prom-client'
import type { ConsumerObserver } from '../consumers/event-consumer'
import { FAST_BUCKETS } from './buckets'

/** How the consumers do; `names` are there from the first scrape on. */
export function registerConsumerMetrics(registry: Registry, names: readonly string[]): ConsumerObserver {
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['consumer'], registers: [registry] })
  const handled = counter('stratavore_consumer_handled_total', 'Events a consumer has dealt with.')
  const failed = counter('stratavore_consumer_failed_total', 'Times a consumer failed at an event; it comes again.')
  const deadLettered = counter('stratavore_consumer_dead_lettered_total', 'Messages a consumer could not read.')
  const duration = new Histogram({
    name: 'stratavore_consumer_handle_seconds',
    help: 'How long a consumer took for one event.',
    labelNames: ['consumer'],
    buckets: FAST_BUCKETS,
    registers: [registry],
  })
  for (const consumer of names) {
    for (const counted of [handled, failed, deadLettered]) counted.inc({ consumer }, 0)
    duration.zero({ consumer })
  }
  return {
    handled: (consumer, seconds) => {
      handled.inc({ consumer })
      duration.observe({ consumer }, seconds)
    },
    failed: (consumer) => failed.inc({ consumer }),
    deadLettered: (consumer) => deadLettered.inc({ consumer }),
  }
}
