import { isStopped, type ProcessEntry } from './process-entry'
import type { SignalProcess } from './signal'

/** Looks at a tree: one for each of its levels, and some for what it forks meanwhile or is slow to stop. */
const MAX_ROUNDS = 64

export interface FreezeOptions {
  /** The processes as they are now, parents before their children. */
  members(): Promise<ProcessEntry[]>
  signal: SignalProcess
  /** Between two looks, where a look takes no time itself. */
  pause?: () => Promise<unknown>
}

async function untilAll(
  { members: look, signal, pause }: FreezeOptions,
  done: (member: ProcessEntry) => boolean,
  order: (members: ProcessEntry[]) => ProcessEntry[],
  name: NodeJS.Signals,
): Promise<boolean> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const open = (await look()).filter((member) => !done(member))
    if (open.length === 0) return true
    for (const member of order(open)) signal(member, name)
    await pause?.()
  }
  return false
}

/** Those whose parent does not run any more, or is none of them. */
function withoutRunningParent(running: ProcessEntry[]): ProcessEntry[] {
  const pids = new Set(running.map((member) => member.pid))
  return running.filter((member) => !pids.has(member.ppid))
}

/**
 * Stops all the members of a tree, level by level: a shell that saw its child stop would take it for a Ctrl-Z, and one that
 * waits for its child sees that even after its own signal was sent, until it has really stopped.
 */
export const freezeTree = (options: FreezeOptions): Promise<boolean> =>
  untilAll(options, isStopped, withoutRunningParent, 'SIGSTOP')

/**
 * Continues all the members of a tree, children first, for the same reason. Each is told at least once: one that has yet to
 * act on its stop would stop later.
 */
export function thawTree(options: FreezeOptions): Promise<boolean> {
  const told = new Set<number>()
  return untilAll(
    options,
    (member) => told.has(member.pid) && !isStopped(member),
    (members) => {
      for (const { pid } of members) told.add(pid)
      return members.toReversed()
    },
    'SIGCONT',
  )
}
