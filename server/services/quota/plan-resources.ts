import type { ResourceUse } from './resource-quotas'

/** Heartbeats in a row that a project has to be over a quota: a short peak costs nobody a runner. */
export const OVER_FOR_HEARTBEATS = 3

/** A project that is over one of its resource quotas, as its runners' last heartbeats say. */
export interface OverUse {
  projectId: string
  project: string
  use: ResourceUse
  /** Of the newest heartbeat, Unix milliseconds: the same one is counted once. */
  heardAtMs: number
  /** Who uses most of it. */
  largest: { runnerId: string; epoch: number; provider: string }
}

/** How long each is over, by project and kind. */
export type Streaks = ReadonlyMap<string, { count: number; heardAtMs: number }>

/**
 * Counts heartbeats over a quota, and says which have just been over for long enough; those that are not over any more
 * begin anew. Pure. A runner that was stopped for memory leaves the count at 0: the next one needs as many again.
 */
export function planResources(over: readonly OverUse[], before: Streaks): { due: OverUse[]; streaks: Streaks } {
  const streaks = new Map<string, { count: number; heardAtMs: number }>()
  const due: OverUse[] = []
  for (const one of over) {
    const key = `${one.use.kind}:${one.projectId}`
    const known = before.get(key)
    const isNews = known === undefined || one.heardAtMs > known.heardAtMs
    const count = (known?.count ?? 0) + (isNews ? 1 : 0)
    const isDue = isNews && count === OVER_FOR_HEARTBEATS
    if (isDue) due.push(one)
    const begins = isDue && one.use.kind === 'memory_bytes'
    streaks.set(key, { count: begins ? 0 : count, heardAtMs: one.heardAtMs })
  }
  return { due, streaks }
}
