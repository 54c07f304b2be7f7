'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Film, Share2, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import { Allowed } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { formatDuration } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import type { Runner } from '@/contracts/runner/runner'
import { ShareDialog } from './share-dialog'

/** Links that show this runner to others, and the way to make one. */
export function RunnerShares({ runner }: { runner: Pick<Runner, 'id' | 'projectId'> }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const [making, setMaking] = useState(false)
  const where = { project: runner.projectId }
  const shares = useQuery(trpc.share.list.queryOptions({ runnerId: runner.id }))
  const revoke = useMutation(
    trpc.share.revoke.mutationOptions({
      onSettled: () => queries.invalidateQueries(trpc.share.list.pathFilter()),
      onError: (error) => toastProblem('Could not revoke it', error),
    }),
  )
  const live = shares.data?.filter(({ expiresAt }) => Date.parse(expiresAt) > now) ?? []
  return (
    <>
      {live.length === 0 && <p className="text-ink-faint text-xs">With nobody by a link.</p>}
      <ul aria-label="Shared links" className="grid gap-1.5 text-xs">
        {live.map((share) => {
          const Icon = share.kind === 'terminal' ? SquareTerminal : Film
          return (
            <li key={share.id} className="flex items-center gap-2">
              <Icon aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
              <span className="min-w-0 flex-1">
                {share.kind === 'terminal' ? 'Live terminal' : 'Recording'} by {share.user}
                <span className="text-ink-faint">
                  {' '}
                  · {now > 0 && `${formatDuration(Date.parse(share.expiresAt) - now)} left`},{' '}
                  {share.lastOpenedAt === null ? 'never opened' : 'opened'}
                </span>
              </span>
              <Allowed may="drive" where={where}>
                <Button
                  size="sm"
                  aria-label={`Revoke the link to the ${share.kind} by ${share.user}`}
                  onClick={() => revoke.mutate({ id: share.id })}
                >
                  Revoke
                </Button>
              </Allowed>
            </li>
          )
        })}
      </ul>
      <Allowed may="drive" where={where}>
        <div>
          <Button size="sm" onClick={() => setMaking(true)}>
            <Share2 aria-hidden />
            Share
          </Button>
        </div>
        <ShareDialog runnerId={runner.id} open={making} onClose={() => setMaking(false)} />
      </Allowed>
    </>
  )
}
