import type { TranscriptBatch } from '@/contracts/agent-protocol/transcript'
import type { ServiceContext } from '../service-context'
import type { PriceTable } from './price-table'

/** Is told how taking usage goes. */
export interface UsageObserver {
  /** A batch was taken, or refused for where it begins, in so many seconds. */
  ingested(batch: TranscriptBatch, seconds: number): void
}

/** What taking usage needs. */
export type UsageContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'> & {
  prices: PriceTable
  usage: UsageObserver
}
