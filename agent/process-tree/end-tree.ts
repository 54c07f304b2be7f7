import { setTimeout as delay } from 'node:timers/promises'
import type { TreeFinder } from './find-trees'
import type { SignalProcess } from './signal'
import type { TreeRoot } from './tree'

/** Between looks at a tree that is ending: short against a person's patience, long against the cost of a scan. */
const LOOK_EVERY_MS = 40
/** Rounds of SIGKILL before giving up on what cannot die (uninterruptible sleep): about 10 s. */
const MAX_KILL_ROUNDS = 250

export interface EndTreeOptions {
  runnerId: string
  root: TreeRoot
  /** Between SIGTERM and SIGKILL, milliseconds; 0 kills at once. */
  graceMs: number
  trees: TreeFinder
  signal: SignalProcess
  wait?: (ms: number) => Promise<unknown>
}

/**
 * Ends everything that is left of a runner's tree: SIGHUP, SIGTERM and SIGCONT once to each process, SIGKILL after
 * the grace. Resolves true when nothing is left, false when something cannot be killed.
 */
export async function endTree(options: EndTreeOptions): Promise<boolean> {
  const { runnerId, root, signal, wait = delay } = options
  const look = async () => (await options.trees.find(new Map([[runnerId, root]]))).get(runnerId) ?? []
  const asked = new Set<string>()
  for (let waited = 0; waited < options.graceMs; waited += LOOK_EVERY_MS) {
    const members = await look()
    if (members.length === 0) return true
    for (const member of members) {
      const key = `${member.pid}:${member.startTicks}`
      if (asked.has(key)) continue
      asked.add(key)
      signal(member, 'SIGHUP')
      signal(member, 'SIGTERM')
      // A stopped process acts on the two only once it continues.
      signal(member, 'SIGCONT')
    }
    await wait(Math.min(LOOK_EVERY_MS, options.graceMs - waited))
  }
  for (let round = 0; round < MAX_KILL_ROUNDS; round += 1) {
    const members = await look()
    if (members.length === 0) return true
    for (const member of members) signal(member, 'SIGKILL')
    await wait(LOOK_EVERY_MS)
  }
  return false
}
