'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '@/components/api/client'
import { formatCount } from '@/components/format/quantity'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { LoadFailure } from '@/components/shell/load-failure'
import { runnerHref } from '@/components/shell/navigation'
import { Skeleton } from '@/components/ui/panel'

const HEAD = 'px-4 py-2 text-left font-medium'
const CELL = 'px-4 py-2 align-top'

/** Conversations, the latest first; of one project or of all. */
export function SessionTable({ project }: { project?: string }) {
  const trpc = useTRPC()
  const now = useNow()
  const sessions = useQuery(trpc.session.list.queryOptions(project ? { project } : {}))
  if (sessions.error && !sessions.data) return <LoadFailure error={sessions.error} />
  if (!sessions.data) return <Skeleton className="m-4 h-24" />
  if (sessions.data.length === 0) {
    return (
      <p className="px-4 py-8 text-center text-ink-faint">No conversation yet. Each one a runner has is kept here.</p>
    )
  }
  return (
    <div className="scroll-thin overflow-x-auto">
      <table className="w-full min-w-[40rem]">
        <thead className="border-line border-b text-ink-faint text-xs">
          <tr>
            <th className={HEAD}>Session</th>
            {!project && <th className={HEAD}>Project</th>}
            <th className={`${HEAD} text-right`}>Messages</th>
            <th className={`${HEAD} text-right`}>Tokens</th>
            <th className={`${HEAD} text-right`}>Last activity</th>
            <th className={HEAD}>Runner</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {sessions.data.map((session) => (
            <tr key={session.id} className="hover:bg-hover">
              <td className={CELL}>
                <span className="flex items-center gap-2">
                  <ProviderIcon provider={session.provider} className="size-4 shrink-0 text-ink-faint" />
                  <span className="max-w-80 truncate">{session.title ?? session.providerSessionId}</span>
                  {session.model && <span className="text-ink-faint text-xs">{session.model}</span>}
                </span>
              </td>
              {!project && <td className={CELL}>{session.project ?? '–'}</td>}
              <td className={`${CELL} text-right`}>{session.messageCount}</td>
              <td className={`${CELL} text-right`}>{formatCount(session.tokensUsed)}</td>
              <td className={`${CELL} text-right text-ink-soft`}>
                {now > 0 && `${formatSince(session.lastActivityAt, now)} ago`}
              </td>
              <td className={CELL}>
                {session.runnerId ? (
                  <Link href={runnerHref(session.runnerId)} className="text-accent-strong hover:underline">
                    Open
                  </Link>
                ) : (
                  <span className="text-ink-faint">–</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
