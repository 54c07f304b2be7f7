'use client'
import { Plus, SearchX } from 'lucide-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Allowed } from '@/components/access/allowed'
import { orderForFleet } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { useDialogs } from '@/components/shell/dialogs-context'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { Button } from '@/components/ui/button'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import type { Runner } from '@/contracts/runner/runner'
import { FirstSteps } from './first-steps'
import { countByStatus, filterFleet, type Grouping, groupFleet, NO_FILTER } from './fleet-filter'
import { FleetToolbar } from './fleet-toolbar'
import { Inbox } from './inbox'
import { RunnerTile } from './runner-tile'
import { SelectionBar } from './selection-bar'
import { useTileKeys } from './use-tile-keys'

/** Who needs me: waiting runners on top, every runner below. */
export function FleetPage() {
  const query = useRunners()
  const dialogs = useDialogs()
  return (
    <div className="mx-auto flex min-h-full max-w-[100rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Fleet">
        <Allowed may="launch" where="some project">
          <Button variant="primary" className="md:hidden" onClick={() => dialogs.launch()}>
            <Plus aria-hidden />
            Launch
          </Button>
        </Allowed>
      </PageHeader>
      {query.data ? (
        query.data.length === 0 ? (
          <FirstSteps />
        ) : (
          <Fleet runners={query.data} />
        )
      ) : query.error ? (
        <LoadFailure error={query.error} />
      ) : (
        <Loading />
      )}
    </div>
  )
}

function Fleet({ runners }: { runners: Runner[] }) {
  const [filter, setFilter] = useState(NO_FILTER)
  const [grouping, setGrouping] = useState<Grouping>('none')
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set())
  const grid = useRef<HTMLDivElement>(null)
  const text = useRef<HTMLInputElement>(null)

  const select = useCallback((id: string, selected: boolean) => {
    setSelection((before) => {
      const after = new Set(before)
      if (selected) after.add(id)
      else after.delete(id)
      return after
    })
  }, [])
  useTileKeys(grid, (id) => select(id, !selection.has(id)))
  useShortcuts({ '/': () => text.current?.focus() })

  const shown = useMemo(() => orderForFleet(filterFleet(runners, filter)), [runners, filter])
  const projects = useMemo(() => [...new Set(runners.map((runner) => runner.project))].sort(), [runners])
  const selected = runners.filter((runner) => selection.has(runner.id))

  return (
    <>
      <div ref={grid} className="flex flex-col gap-4">
        <Inbox runners={runners} />
        <FleetToolbar
          filter={filter}
          onFilter={setFilter}
          counts={countByStatus(runners)}
          projects={projects}
          grouping={grouping}
          onGrouping={setGrouping}
          textRef={text}
        />
        <div className="flex flex-col gap-5">
          {groupFleet(shown, grouping).map((group) => (
            <section key={group.name ?? ''} aria-label={group.name ?? 'Runners'}>
              {group.name === null ? (
                <h2 className="sr-only">Runners</h2>
              ) : (
                <h2 className="mb-2 flex items-baseline gap-2 font-semibold">
                  {group.name}
                  <span className="font-normal text-ink-faint text-xs">{group.runners.length}</span>
                </h2>
              )}
              <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19rem),1fr))] gap-3">
                {group.runners.map((runner) => (
                  <RunnerTile
                    key={runner.id}
                    runner={runner}
                    selected={selection.has(runner.id)}
                    selecting={selected.length > 0}
                    onSelect={select}
                  />
                ))}
              </div>
            </section>
          ))}
          {shown.length === 0 && (
            <EmptyState
              icon={SearchX}
              title="No runner matches"
              actions={<Button onClick={() => setFilter(NO_FILTER)}>Clear filters</Button>}
            >
              {runners.length} are hidden by the filters.
            </EmptyState>
          )}
        </div>
      </div>
      <SelectionBar selected={selected} onClear={() => setSelection(new Set())} />
    </>
  )
}

const Loading = () => (
  <div
    role="status"
    aria-label="Loading runners"
    className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19rem),1fr))] gap-3"
  >
    {Array.from({ length: 6 }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity.
      <Skeleton key={index} className="h-52" />
    ))}
  </div>
)
