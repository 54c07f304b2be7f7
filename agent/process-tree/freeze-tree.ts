import type { TreeFinder } from './find-trees'
import { isStopped, type ProcessEntry } from './process-entry'
import type { SignalProcess } from './signal'
import type { TreeRoot } from './tree'

/** Looks at a tree: one for each of its levels, and some for what it forks meanwhile or is slow to stop. */
const MAX_ROUNDS = 64

export interface FreezeOptions {
  runnerId: string
  root: TreeRoot
  trees: TreeFinder
  signal: SignalProcess
}

async function untilAll(
  { runnerId, root, trees, signal }: FreezeOptions,
  done: (member: ProcessEntry) => boolean,
  order: (members: ProcessEntry[]) => ProcessEntry[],
  name: NodeJS.Signals,
): Promise<boolean> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const members = (await trees.find(new Map([[runnerId, root]]))).get(runnerId) ?? []
    const open = members.filter((member) => !done(member))
    if (open.length === 0) return true
    for (const member of order(open)) signal(member, name)
  }
  return false
}

/** Those whose parent does not run any more, or is none of them. */
function withoutRunningParent(running: ProcessEntry[]): ProcessEntry[] {
  const pids = new Set(running.map((member) => member.pid))
  return running.filter((member) => !pids.has(member.ppid))
}

/**
 * Stops every process of a tree, level by level: a shell that saw its child stop would take it for a Ctrl-Z, and one that
 * waits for its child sees that even after its own signal was sent, until it has really stopped.
 */
export const freezeTree = (options: FreezeOptions): Promise<boolean> =>
  untilAll(options, isStopped, withoutRunningParent, 'SIGSTOP')

/** Continues every process of a tree, children first, for the same reason. */
export const thawTree = (options: FreezeOptions): Promise<boolean> =>
  untilAll(
    options,
    (member) => !isStopped(member),
    (members) => members.toReversed(),
    'SIGCONT',
  )
