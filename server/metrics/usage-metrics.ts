import { Counter, Histogram, type Registry } from 'prom-client'
import type { UsageObserver } from '../services/usage/usage-context'

const INGEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** How fast transcripts come in, and how much of them is broken. What is used by whom is counted from events. */
export function registerUsageMetrics(registry: Registry): UsageObserver {
  const seconds = new Histogram({
    name: 'stratavore_transcript_ingest_seconds',
    help: 'Time to take one batch of a transcript into the database.',
    buckets: INGEST_BUCKETS,
    registers: [registry],
  })
  const bytes = new Counter({
    name: 'stratavore_transcript_bytes_total',
    help: 'Bytes of transcripts taken, those that were read anew too.',
    registers: [registry],
  })
  const malformed = new Counter({
    name: 'stratavore_transcript_malformed_lines_total',
    help: 'Lines of transcripts that could not be read and were stepped over.',
    registers: [registry],
  })
  return {
    ingested(batch, took) {
      seconds.observe(took)
      bytes.inc(batch.to - batch.from)
      malformed.inc(batch.session.malformedLines)
    },
  }
}
