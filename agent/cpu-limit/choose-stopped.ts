import { isStopped, type ProcessEntry } from '../process-tree/process-entry'

/** What uses no more than this part of the share, all together, goes on. */
const SPARED_PART = 0.25

/**
 * The processes of a tree that have to stand still so that it keeps to its share: those that use the CPU, and what they
 * started. The others go on, because many programs draw their whole screen anew after each stop. But a shell that would
 * take the stop of its job for a Ctrl-Z is among them: a parent in the same session, which gave the job a group of its own.
 * One that is stopped already was stopped by somebody else and stays out of it. Pure. `use` is in cores by pid, `share` too;
 * parents come before children.
 */
export function chooseStopped(
  members: readonly ProcessEntry[],
  use: ReadonlyMap<number, number>,
  share: number,
): ProcessEntry[] {
  const cores = (entry: ProcessEntry): number => use.get(entry.pid) ?? 0
  const chosen = new Set<number>()
  let spared = 0
  for (const entry of members.toSorted((a, b) => cores(a) - cores(b))) {
    spared += cores(entry)
    if (spared > share * SPARED_PART) chosen.add(entry.pid)
  }
  for (const { pid, ppid } of members) if (chosen.has(ppid)) chosen.add(pid)
  const byPid = new Map(members.map((entry) => [entry.pid, entry]))
  for (const entry of members.toReversed()) {
    const parent = byPid.get(entry.ppid)
    const isJob = parent !== undefined && parent.sid === entry.sid && parent.pgid !== entry.pgid
    if (isJob && chosen.has(entry.pid)) chosen.add(parent.pid)
  }
  return members.filter((entry) => chosen.has(entry.pid) && !isStopped(entry))
}
