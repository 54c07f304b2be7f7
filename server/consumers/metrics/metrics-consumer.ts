import type { EventConsumer } from '../event-consumer'
import { BoundedMap } from './bounded-map'
import { type LaunchesUnderWay, readFigures } from './read-figures'
import type { RunnerFigureObserver } from './runner-figures'

/** Name of the consumer, in its metrics and logs. */
export const METRICS_CONSUMER = 'metrics'

/** Events remembered so that none counts twice: far more than a broker delivers again after a lost connection. */
const REMEMBERED_EVENTS = 10_000
/** Launches under way that are remembered: more than a machine starts before the first of them has started. */
const REMEMBERED_LAUNCHES = 10_000

/**
 * Makes figures from the events of runners. Which events it has seen is kept in memory only, and rightly: the figures
 * are in the same memory, and go with it. A table would say "counted" of what no counter holds any more.
 */
export function metricsConsumer(observe: RunnerFigureObserver): EventConsumer {
  const seen = new BoundedMap<string, true>(REMEMBERED_EVENTS)
  const launchedAt = new BoundedMap<string, Date>(REMEMBERED_LAUNCHES)
  const launches: LaunchesUnderWay = {
    add: (runnerId, at) => launchedAt.set(runnerId, at),
    take: (runnerId) => {
      const at = launchedAt.get(runnerId) ?? null
      launchedAt.delete(runnerId)
      return at
    },
  }
  return {
    name: METRICS_CONSUMER,
    queue: 'stratavore.metrics',
    handle: async (event) => {
      if (seen.has(event.id)) return
      const figures = readFigures(event, launches)
      seen.set(event.id, true)
      for (const figure of figures) observe(figure)
    },
  }
}
