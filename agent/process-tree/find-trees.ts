import type { ProcessEntry } from './process-entry'
import { readVariable, scanProcesses } from './scan'
import { membersOf, type TreeRoot } from './tree'

/** Set in every runner's environment: finds processes that left its session and lost their parent. */
export const RUNNER_MARK = 'STRATAVORE_RUNNER_ID'

/** Finds the members of runners' trees in one scan. */
export interface TreeFinder {
  /** Members by runner id; parents come before children. Scans once, for all of them. */
  find(roots: ReadonlyMap<string, TreeRoot>): Promise<Map<string, ProcessEntry[]>>
}

const identityKey = (entry: ProcessEntry): string => `${entry.pid}:${entry.startTicks}`

/** A process in the middle of exec shows no environment: one look without the mark proves nothing, two do. */
const LOOKS_UNTIL_UNMARKED = 2

interface Mark {
  runnerId: string | null
  looks: number
}

interface Scan {
  entries: ProcessEntry[]
  /** Pids by the runner whose mark they carry. */
  marked: Map<string, Set<number>>
}

/** Callers share a run that began after they asked: thirty stops at once cost one scan, and none sees old news. */
function shareFresh<Result>(run: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null
  let next: Promise<Result> | null = null
  const begin = (): Promise<Result> => {
    next = null
    const current = run().finally(() => {
      if (running === current) running = null
    })
    running = current
    return current
  }
  return () => {
    if (running === null) return begin()
    next ??= running.then(begin, begin)
    return next
  }
}

/**
 * A finder that remembers which process carries which mark, so that repeated scans read each environment once or
 * twice, and a member that replaced its environment later is still found.
 */
export function createTreeFinder(): TreeFinder {
  let marks = new Map<string, Mark>()

  const look = async (entry: ProcessEntry): Promise<Mark> => {
    const known = marks.get(identityKey(entry))
    if (known !== undefined && (known.runnerId !== null || known.looks >= LOOKS_UNTIL_UNMARKED)) return known
    return { runnerId: await readVariable(entry.pid, RUNNER_MARK), looks: (known?.looks ?? 0) + 1 }
  }

  async function scan(): Promise<Scan> {
    const entries = await scanProcesses()
    const seen = new Map<string, Mark>()
    const marked = new Map<string, Set<number>>()
    for (const entry of entries) {
      if (entry.pid === process.pid || entry.pid === process.ppid) continue
      const mark = await look(entry)
      seen.set(identityKey(entry), mark)
      if (mark.runnerId === null) continue
      const pids = marked.get(mark.runnerId)
      if (pids === undefined) marked.set(mark.runnerId, new Set([entry.pid]))
      else pids.add(entry.pid)
    }
    marks = seen
    return { entries, marked }
  }
  const freshScan = shareFresh(scan)

  return {
    async find(roots) {
      const { entries, marked } = await freshScan()
      const trees = new Map<string, ProcessEntry[]>()
      for (const [runnerId, root] of roots) {
        const members = membersOf(entries, root, marked.get(runnerId) ?? new Set())
        for (const member of members) marks.set(identityKey(member), { runnerId, looks: LOOKS_UNTIL_UNMARKED })
        trees.set(runnerId, members)
      }
      return trees
    },
  }
}
