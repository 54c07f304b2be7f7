import type { ProcessEntry } from './process-entry'

/** Ticks that the processes of a tree had used when they were last looked at. */
export interface CpuCount {
  /** By `pid:startTicks`. */
  processes: ReadonlyMap<string, { own: number; children: number }>
  /** What was counted of processes that have ended since: it is counted already when it appears at their parent. */
  owed: number
}

export interface CpuUse {
  /** Used by the whole tree since the look before, in clock ticks; 0 at the first. */
  ticks: number
  /** The part of each process, its ended children included. */
  byPid: ReadonlyMap<number, number>
  count: CpuCount
}

/**
 * What a tree has used since it was looked at before. A process that began and ended in between is counted at the parent
 * that waited for it; one that nobody of the tree waited for is missing with what it used last. Pure.
 */
export function countCpu(members: readonly ProcessEntry[], before: CpuCount | null): CpuUse {
  const processes = new Map(
    members.map((entry) => [
      `${entry.pid}:${entry.startTicks}`,
      { pid: entry.pid, own: entry.cpuTicks, children: entry.childCpuTicks },
    ]),
  )
  if (before === null) return { ticks: 0, byPid: new Map(), count: { processes, owed: 0 } }
  let own = 0
  let children = 0
  const byPid = new Map<number, number>()
  for (const [key, now] of processes) {
    const then = before.processes.get(key)
    const ownMore = Math.max(0, now.own - (then?.own ?? 0))
    const childrenMore = Math.max(0, now.children - (then?.children ?? 0))
    own += ownMore
    children += childrenMore
    byPid.set(now.pid, ownMore + childrenMore)
  }
  let owed = before.owed
  for (const [key, then] of before.processes) if (!processes.has(key)) owed += then.own + then.children
  const settled = Math.min(owed, children)
  return { ticks: own + children - settled, byPid, count: { processes, owed: owed - settled } }
}
