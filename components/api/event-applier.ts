import type { QueryClient } from '@tanstack/react-query'
import { readApiFailure } from '@/client/api/api-failure'
import type { Event } from '@/contracts/event/event'
import type { LiveDetail } from '@/contracts/event/live'
import type { Runner } from '@/contracts/runner/runner'
import type { Api, useTRPC } from './client'
import { patchRunnerList } from './runner-cache'

/** More changed runners than this in one frame are cheaper as one list. */
const MAX_SINGLE_FETCHES = 20

/** Somebody has, or had, the driver seat. */
const DRIVES: ReadonlySet<Event['type']> = new Set(['runner.drive_began', 'runner.drive_ended'])

interface EventApplierOptions {
  queries: QueryClient
  trpc: ReturnType<typeof useTRPC>
  client: Api
  /** Runs the callback with the next frame; returns its cancellation. */
  nextFrame(callback: () => void): () => void
}

/** Makes events true in the query cache: changed runners are fetched once per frame, other lists asked again. */
export function createEventApplier({ queries, trpc, client, nextFrame }: EventApplierOptions) {
  const changed = new Set<string>()
  const stale = new Set<'project' | 'session' | 'node' | 'quota' | 'system' | 'approval' | 'budget' | 'usage'>()
  let cancelFrame: (() => void) | null = null

  const refresh = (path: { queryKey: readonly unknown[] }) =>
    void queries.invalidateQueries({ queryKey: path.queryKey })

  async function fetchRunner(id: string): Promise<void> {
    try {
      const runner = await client.runner.get.query({ id })
      queries.setQueryData(trpc.runner.get.queryKey({ id }), runner)
      queries.setQueryData(trpc.runner.list.queryKey({}), (list) => list && patchRunnerList(list, runner))
      // An answer that was under way before this one would put the old state back.
      if (queries.isFetching(trpc.runner.list.pathFilter()) > 0) refresh(trpc.runner.list.pathFilter())
    } catch (error) {
      // Gone with its project, or no connection: either way the list knows when it can be asked.
      if (readApiFailure(error).code === 'not_found') refresh(trpc.runner.list.pathFilter())
    }
  }

  function flush(): void {
    cancelFrame = null
    const ids = [...changed]
    changed.clear()
    if (ids.length > MAX_SINGLE_FETCHES) {
      refresh(trpc.runner.list.pathFilter())
      refresh(trpc.runner.get.pathFilter())
    } else {
      for (const id of ids) void fetchRunner(id)
    }
    for (const family of stale) refresh(trpc[family].pathFilter())
    stale.clear()
  }

  return {
    /** Notes what `event` changed; the work is done with the next frame. */
    apply(event: Event): void {
      const family = event.type.split('.')[0]
      if (family === 'runner') {
        changed.add(event.subject.id)
        // Counts of live and waiting runners are part of a project and of a quota.
        stale.add('project').add('quota')
        if (DRIVES.has(event.type)) refresh(trpc.runner.drivers.pathFilter())
      } else if (family === 'session' || family === 'node' || family === 'system') stale.add(family)
      else if (family === 'approval') stale.add('approval')
      else if (family === 'prompt') refresh(trpc.runner.prompts.pathFilter())
      else if (family === 'quota') stale.add('quota').add('project').add('budget')
      else if (family === 'budget') stale.add('budget').add('quota')
      // What was used is counted against budgets in the same transaction.
      else if (family === 'metrics') stale.add('usage').add('budget')
      else if (family === 'project') stale.add('project').add('quota')
      cancelFrame ??= nextFrame(flush)
    },
    /** A detail that is no event is put into the runner where it is shown; of another life it is old news. */
    applyDetail({ runnerId: id, epoch, detail }: LiveDetail): void {
      const withDetail = (runner: Runner): Runner =>
        runner.id === id && runner.epoch === epoch ? { ...runner, activityDetail: detail } : runner
      queries.setQueryData(trpc.runner.get.queryKey({ id }), (runner) => runner && withDetail(runner))
      queries.setQueryData(trpc.runner.list.queryKey({}), (list) => list?.map(withDetail))
    },
    /** Asks again for everything that is on the screen: the stream was closed for a while. */
    refreshAll(): void {
      void queries.invalidateQueries()
    },
    stop(): void {
      cancelFrame?.()
    },
  }
}
