import type { ProviderId } from '@/contracts/provider/provider'

/** Which sessions are shown. */
export interface SessionFilter {
  project?: string
  provider?: ProviderId
  state?: 'live' | 'ended'
  text?: string
}

export const NO_FILTER: SessionFilter = {}
