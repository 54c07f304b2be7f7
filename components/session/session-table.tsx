'use client'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { useTRPC } from '@/components/api/client'
import { formatCost, formatCount } from '@/components/format/quantity'
import { formatDuration, formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { LoadFailure } from '@/components/shell/load-failure'
import { sessionHref } from '@/components/shell/navigation'
import { Skeleton } from '@/components/ui/panel'
import type { Session } from '@/contracts/session/session'
import { NO_FILTER, type SessionFilter } from './session-filter'
import { sessionName } from './session-name'
import { visibleText } from './visible-text'

const PAGE = 200
const ROW_HEIGHT = 52
/** Rows from the end at which the next page is asked for. */
const NEAR_END = 40
/** What runners do to their sessions is told by no event. */
const POLL_MS = 10_000

const COLUMNS =
  'grid grid-cols-[1fr_auto] md:grid-cols-[1fr_9rem_6rem_6rem_5.5rem_5.5rem_7rem] items-center gap-x-4 px-4'

interface SessionTableProps {
  filter?: SessionFilter
  /** Fills the height it is given and scrolls in it; else it is as high as its first rows. */
  fills?: boolean
}

/** Conversations, the latest first; however many there are, only those in view are drawn. */
export function SessionTable({ filter = NO_FILTER, fills = false }: SessionTableProps) {
  const trpc = useTRPC()
  const scroller = useRef<HTMLDivElement>(null)
  const pages = useInfiniteQuery(
    trpc.session.list.infiniteQueryOptions(
      { ...filter, limit: PAGE },
      {
        getNextPageParam: (page) => {
          const last = page.at(-1)
          return page.length < PAGE || !last ? null : { lastActivityAt: last.lastActivityAt, id: last.id }
        },
        placeholderData: keepPreviousData,
        refetchInterval: POLL_MS,
      },
    ),
  )
  const sessions = pages.data?.pages.flat() ?? []
  const list = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => sessions[index]?.id ?? index,
    overscan: 10,
  })
  const rows = list.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last > sessions.length - NEAR_END) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, sessions.length])

  if (pages.error && !pages.data) return <LoadFailure error={pages.error} />
  if (!pages.data) return <Skeleton className="m-4 h-24" />
  if (sessions.length === 0) {
    return (
      <p className="px-4 py-8 text-center text-ink-faint">
        {filter.text || filter.state || filter.provider
          ? 'No conversation matches.'
          : 'No conversation yet. Each one a runner has is kept here, and those that were had before are found.'}
      </p>
    )
  }
  return (
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label="Sessions"
      className={`scroll-thin overflow-y-auto outline-none ${fills ? 'h-full' : 'max-h-[32rem]'}`}
    >
      <div
        aria-hidden
        className={`${COLUMNS} sticky top-0 z-10 hidden h-9 border-line border-b bg-surface text-ink-faint text-xs md:grid`}
      >
        <span>Session</span>
        <span>Project</span>
        <span className="text-right">Messages</span>
        <span className="text-right">Tokens</span>
        <span className="text-right">Cost</span>
        <span className="text-right">Duration</span>
        <span className="text-right">Last activity</span>
      </div>
      <ol className="relative" style={{ height: list.getTotalSize() }}>
        {rows.map((row) => {
          const session = sessions[row.index]
          return session && <Row key={row.key} session={session} start={row.start} />
        })}
      </ol>
    </section>
  )
}

function Row({ session, start }: { session: Session; start: number }) {
  const now = useNow()
  const duration = formatDuration(Date.parse(session.lastActivityAt) - Date.parse(session.startedAt))
  return (
    <li
      className={`${COLUMNS} absolute top-0 left-0 w-full border-line border-b hover:bg-hover`}
      style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
    >
      <span className="flex min-w-0 items-center gap-2.5">
        <ProviderIcon provider={session.provider} className="size-4 shrink-0 text-ink-faint" />
        <span className="min-w-0">
          <Link
            href={sessionHref(session.id)}
            className="block truncate font-medium after:absolute after:inset-0 hover:underline"
          >
            {sessionName(session)}
          </Link>
          <span className="block truncate text-ink-faint text-xs">
            {session.runnerId !== null && <span className="text-ok">live · </span>}
            {session.model && `${visibleText(session.model)} · `}
            <span className="md:hidden">{session.project ?? 'no project'} · </span>
            {session.gitBranch ? `${visibleText(session.gitBranch)} · ` : ''}
            {visibleText(session.cwd)}
          </span>
        </span>
      </span>
      <span className="hidden truncate md:block">{session.project ?? '–'}</span>
      <Figure word="messages" value={formatCount(session.messageCount)} />
      <Figure word="tokens" value={formatCount(session.tokensUsed)} />
      <Figure word="cost" value={formatCost(session.costUsd)} />
      <Figure word="long" value={duration} />
      <span className="whitespace-nowrap text-right text-ink-soft">
        {now > 0 && `${formatSince(session.lastActivityAt, now)} ago`}
      </span>
    </li>
  )
}

const Figure = ({ word, value }: { word: string; value: string }) => (
  <span className="hidden text-right md:block">
    {value}
    <span className="sr-only"> {word}</span>
  </span>
)
