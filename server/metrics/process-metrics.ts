import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client'

/** Gauges of the defaults with a counter's name; the same figures are there under right names, by type. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** prom-client's own figures (memory, CPU, event-loop lag, garbage collection) and the daemon's uptime. */
export function registerProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED_DEFAULTS) registry.removeSingleMetric(name)
  new Gauge({
    name: 'stratavore_daemon_uptime_seconds',
    help: 'Seconds since the daemon started.',
    registers: [registry],
    collect() {
      this.set(process.uptime())
    },
  })
}
