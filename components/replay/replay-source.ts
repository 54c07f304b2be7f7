'use client'
import { useMemo } from 'react'
import { useTRPCClient } from '@/components/api/client'
import type { RecordingHits, RecordingPage } from '@/contracts/recording/recording'

/** Where a recording comes from. */
export interface ReplaySource {
  /** Tells it from others. */
  id: string
  /** The page after `cursor`; without one the first, or the first that the screen at the second `from` is drawn from. */
  read(epoch: number, cursor: string | null, from: number | null): Promise<RecordingPage>
  search(epoch: number, text: string): Promise<RecordingHits>
}

/** The recordings of a runner, for somebody who is signed in. */
export function useRunnerRecordings(id: string): ReplaySource {
  const api = useTRPCClient()
  return useMemo(
    () => ({
      id,
      read: (epoch, cursor, from) => api.recording.read.query({ id, epoch, cursor, from }),
      search: (epoch, text) => api.recording.search.query({ id, epoch, text }),
    }),
    [api, id],
  )
}
