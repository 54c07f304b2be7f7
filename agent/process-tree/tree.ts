import { isZombie, type ProcessEntry } from './process-entry'

/** Where a runner's tree starts. `startTicks` 0 means that the root was gone before it could be looked at. */
export interface TreeRoot {
  pid: number
  startTicks: number
  /**
   * The asker saw the root start and end, so its session id cannot have been reused by strangers. Without that, what
   * shares the session of a dead root counts only when it is marked.
   */
  witnessed: boolean
}

/** Follows parent links from `seeds` down. */
function addDescendants(entries: readonly ProcessEntry[], members: Map<number, ProcessEntry>): void {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of entries) {
    const siblings = children.get(entry.ppid)
    if (siblings === undefined) children.set(entry.ppid, [entry])
    else siblings.push(entry)
  }
  const open = [...members.values()]
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const child of children.get(parent.pid) ?? []) {
      if (members.has(child.pid)) continue
      members.set(child.pid, child)
      open.push(child)
    }
  }
}

/**
 * Members of one runner's tree, zombies left out: the root with its descendants, what shares its session (which no
 * process outside can join), and processes that carry the runner's mark with their descendants (double-forked,
 * setsid). `marked` holds the pids whose environment names the runner. Parents come before their children.
 */
export function membersOf(
  entries: readonly ProcessEntry[],
  root: TreeRoot,
  marked: ReadonlySet<number>,
): ProcessEntry[] {
  const members = new Map<number, ProcessEntry>()
  const rootEntry = entries.find((entry) => entry.pid === root.pid && entry.startTicks === root.startTicks)
  if (rootEntry !== undefined) members.set(rootEntry.pid, rootEntry)
  const sessionIsOurs = root.witnessed || rootEntry !== undefined
  for (const entry of entries) {
    // A session id is the pid of its leader and is not reused while a member lives; older members cannot be ours.
    const inSession = sessionIsOurs && entry.sid === root.pid && entry.startTicks >= root.startTicks
    if (inSession || marked.has(entry.pid)) members.set(entry.pid, entry)
  }
  addDescendants(entries, members)
  return [...members.values()]
    .filter((entry) => !isZombie(entry))
    .sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid)
}
