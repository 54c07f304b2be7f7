'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'next/navigation'
import { useTRPC } from '@/components/api/client'
import { LoadFailure } from '@/components/shell/load-failure'
import { useMounted } from '@/components/shell/use-mounted'
import { Skeleton } from '@/components/ui/panel'
import { SessionHeader } from './session-header'
import { TranscriptReader } from './transcript-reader'

/** A runner's work on its session is told by no event. */
const LIVE_POLL_MS = 3000

/** One conversation: what it is, what was said in it, and how it goes on. */
export function SessionPage() {
  const { id } = useParams<{ id: string }>()
  const subagentId = useSearchParams().get('agent')
  const trpc = useTRPC()
  const mounted = useMounted()
  const session = useQuery(
    trpc.session.get.queryOptions(
      { id },
      { refetchInterval: (query) => (query.state.data?.runnerId ? LIVE_POLL_MS : false) },
    ),
  )
  if (session.error && !session.data) return <LoadFailure error={session.error} />
  if (!session.data || !mounted) return <Skeleton className="m-4 h-64" />
  return (
    <div className="flex h-full min-h-0 flex-col">
      <SessionHeader session={session.data} />
      <TranscriptReader
        key={subagentId}
        id={session.data.id}
        subagentId={subagentId}
        live={session.data.runnerId !== null}
      />
    </div>
  )
}
