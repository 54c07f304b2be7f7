'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Allowed } from '@/components/access/allowed'
import { useTRPCClient } from '@/components/api/client'
import { useLiveEvents } from '@/components/api/live-provider'
import { useProjects } from '@/components/api/use-runners'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/input'
import { Panel, Skeleton } from '@/components/ui/panel'
import type { Event } from '@/contracts/event/event'
import { DeadEventsPanel } from './dead-events-panel'
import { EVENT_FAMILIES, type EventFamily, familyOf, mergeEvents, typesOf } from './event-filter'
import { EventRow } from './event-row'

const PAGE_SIZE = 100
/** Rows drawn at most; a page that stays open for days must not grow for days. */
const MAX_ROWS = 2000

/** What happened: everything that changed, live. */
export function EventsPage() {
  const api = useTRPCClient()
  const [family, setFamily] = useState<EventFamily | null>(null)
  const [project, setProject] = useState<string | null>(null)
  const [live, setLive] = useState<Event[]>([])
  const projects = useProjects().data ?? []
  const pages = useInfiniteQuery({
    queryKey: ['event-pages', family, project],
    queryFn: ({ pageParam }) =>
      api.event.list.query({
        types: typesOf(family),
        limit: PAGE_SIZE,
        ...(project ? { project } : {}),
        ...(pageParam === null ? {} : { beforeSeq: pageParam }),
      }),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE_SIZE ? null : (last.at(-1)?.seq ?? null)),
  })
  useLiveEvents((event) => setLive((known) => [event, ...known].slice(0, MAX_ROWS)))

  const matching = live.filter(
    (event) => (!family || familyOf(event.type) === family) && (!project || event.project === project),
  )
  const events = mergeEvents(matching, pages.data?.pages.flat() ?? [], MAX_ROWS)
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Events">
        <Select
          aria-label="About"
          className="w-auto"
          value={family ?? ''}
          onChange={(event) => setFamily(EVENT_FAMILIES.find((name) => name === event.target.value) ?? null)}
        >
          <option value="">About everything</option>
          {EVENT_FAMILIES.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Project"
          className="w-auto"
          value={project ?? ''}
          onChange={(event) => setProject(event.target.value || null)}
        >
          <option value="">All projects</option>
          {projects.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </PageHeader>
      <Allowed may="admin" where="installation">
        <DeadEventsPanel />
      </Allowed>
      {pages.data ? (
        <Panel className="overflow-hidden">
          {events.length === 0 ? (
            <p className="px-4 py-10 text-center text-ink-faint">
              Nothing has happened yet that matches. It appears here as it does.
            </p>
          ) : (
            <ol className="divide-y divide-line">
              {events.map((event) => (
                <EventRow key={event.seq} event={event} />
              ))}
            </ol>
          )}
          {pages.hasNextPage && events.length < MAX_ROWS && (
            <div className="border-line border-t p-2 text-center">
              <Button variant="ghost" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                {pages.isFetchingNextPage ? 'Loading…' : 'Older events'}
              </Button>
            </div>
          )}
        </Panel>
      ) : pages.error ? (
        <LoadFailure error={pages.error} />
      ) : (
        <Skeleton className="h-96" />
      )}
    </div>
  )
}
