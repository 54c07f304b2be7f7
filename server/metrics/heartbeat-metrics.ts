import { Histogram, type Registry } from 'prom-client'

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export interface HeartbeatMetrics {
  /** From the arrival of a runner's heartbeat to its commit. */
  latency(seconds: number): void
  /** Quantile of the latency in milliseconds, from the histogram's buckets; null before the first heartbeat. */
  quantileMs(quantile: number): Promise<number | null>
}

/** How fast heartbeats are written. */
export function registerHeartbeatMetrics(registry: Registry): HeartbeatMetrics {
  const latency = new Histogram({
    name: 'stratavore_heartbeat_latency_seconds',
    help: 'From the arrival of a runner heartbeat to its commit.',
    buckets: LATENCY_BUCKETS,
    registers: [registry],
  })
  return {
    latency: (seconds) => latency.observe(seconds),
    quantileMs: async (quantile) => {
      const { values } = await latency.get()
      const buckets = values.filter((value) => value.labels.le !== undefined && value.labels.le !== '+Inf')
      const total = values.find((value) => value.metricName?.endsWith('_count'))?.value ?? 0
      if (total === 0) return null
      const bucket = buckets.find((candidate) => candidate.value >= quantile * total)
      return Number(bucket?.labels.le ?? LATENCY_BUCKETS.at(-1)) * 1000
    },
  }
}
