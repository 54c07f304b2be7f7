import { Histogram, type Registry } from 'prom-client'

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** How fast it is written what runners do. Returns the observer: seconds from a report's arrival to its commit. */
export function registerActivityMetrics(registry: Registry): (seconds: number) => void {
  const latency = new Histogram({
    name: 'stratavore_activity_latency_seconds',
    help: 'From the arrival of an activity report at the daemon to its commit.',
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  })
  return (seconds) => latency.observe(seconds)
}
