'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleAlert, GitBranch, GitFork, Play, SquareArrowOutUpRight, Zap } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { useMay } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { formatCost, formatCount } from '@/components/format/quantity'
import { formatDuration, formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { projectHref, runnerHref, sessionHref } from '@/components/shell/navigation'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import type { Session } from '@/contracts/session/session'
import { sessionName } from './session-name'
import { useOpenSession } from './use-open-session'
import { visibleText } from './visible-text'

/** What a session is, and what can be done with it. */
export function SessionHeader({ session }: { session: Session }) {
  const trpc = useTRPC()
  const now = useNow()
  const { open, busy } = useOpenSession()
  const live = session.runnerId !== null
  const check = useQuery(trpc.session.check.queryOptions({ id: session.id }, { enabled: !live }))
  const why = check.error ? problemText(check.error) : check.data?.resumable === false ? check.data.reason : null
  const may = useMay()
  const where = { project: session.project }
  // What belongs to no project gets one made for it.
  const mayOpen = may('launch', where) && (session.project !== null || may('admin', 'installation'))
  const canOpen = check.data?.resumable === true && !busy
  return (
    <div className="flex flex-col gap-2 border-line border-b px-4 py-3 md:px-6">
      <PageHeader title={sessionName(session)}>
        {session.runnerId !== null ? (
          <>
            <Button variant="primary" asChild>
              <Link href={runnerHref(session.runnerId)}>
                <SquareArrowOutUpRight aria-hidden />
                Open runner
              </Link>
            </Button>
            {mayOpen && may('drive', where) && (
              <Button disabled={busy} onClick={() => void open(session, 'take-over')}>
                <Zap aria-hidden />
                Take over
              </Button>
            )}
          </>
        ) : mayOpen ? (
          <Button variant="primary" disabled={!canOpen} onClick={() => void open(session, 'resume')}>
            <Play aria-hidden />
            Resume
          </Button>
        ) : null}
        {mayOpen && PROVIDER_PROFILES[session.provider].fork && (
          <Button disabled={!live && !canOpen} onClick={() => void open(session, 'fork')}>
            <GitFork aria-hidden />
            Fork
          </Button>
        )}
      </PageHeader>
      {why !== null && (
        <p className="flex items-start gap-1.5 text-warn text-xs">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          Not resumable: {why}
        </p>
      )}
      <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-xs">
        <Fact name="Program">
          <ProviderIcon provider={session.provider} className="size-3.5" />
          {session.provider}
          {session.programVersion && <span className="text-ink-faint">{visibleText(session.programVersion)}</span>}
        </Fact>
        <Fact name="Project">
          {session.project ? (
            <Link href={projectHref(session.project)} className="hover:underline">
              {session.project}
            </Link>
          ) : (
            'none'
          )}
        </Fact>
        {session.model && <Fact name="Model">{visibleText(session.model)}</Fact>}
        <Fact name="Messages">{formatCount(session.messageCount)}</Fact>
        <Fact name="Tokens">{formatCount(session.tokensUsed)}</Fact>
        <Fact name="Cost">{formatCost(session.costUsd)}</Fact>
        <Fact name="Duration">
          {formatDuration(Date.parse(session.lastActivityAt) - Date.parse(session.startedAt))}
        </Fact>
        <Fact name="Last activity">{now > 0 && `${formatSince(session.lastActivityAt, now)} ago`}</Fact>
        {session.gitBranch && (
          <Fact name="Branch">
            <GitBranch aria-hidden className="size-3.5 text-ink-faint" />
            {visibleText(session.gitBranch)}
          </Fact>
        )}
        <Fact name="Directory">
          <span className="break-all font-mono text-2xs">{visibleText(session.cwd)}</span>
        </Fact>
        {session.parentId !== null && (
          <Fact name="Forked from">
            <Link href={sessionHref(session.parentId)} className="font-mono text-2xs hover:underline">
              {session.parentId.slice(0, 8)}
            </Link>
          </Fact>
        )}
      </dl>
    </div>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex min-w-0 items-center gap-1.5">
    <dt className="text-ink-faint">{name}</dt>
    <dd className="flex min-w-0 items-center gap-1">{children}</dd>
  </div>
)
