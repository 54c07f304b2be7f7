import type { TreeFinder } from './find-trees'
import { isStopped, type ProcessEntry } from './process-entry'
import type { SignalProcess } from './signal'
import type { TreeRoot } from './tree'

/** Looks at a tree that may still fork while it is being stopped; each one catches what the last one missed. */
const MAX_ROUNDS = 10

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

/** Stops every process of a tree, parents first: a shell that saw its child stop would take it for a Ctrl-Z. */
export const freezeTree = (options: FreezeOptions): Promise<boolean> =>
  untilAll(options, isStopped, (members) => members, 'SIGSTOP')

/** Continues every process of a tree, children first, for the same reason. */
export const thawTree = (options: FreezeOptions): Promise<boolean> =>
  untilAll(
    options,
    (member) => !isStopped(member),
    (members) => members.toReversed(),
    'SIGCONT',
  )
