/** How often `tick` is called; a gap much longer than this means this process itself stood still. */
export const TICK_MS = 1_000
/** A gap between ticks beyond this was our own pause (SIGSTOP, suspend, a blocked loop), not the agents' silence. */
const OWN_PAUSE_MS = 5_000

/**
 * Judges how long a node has been silent: since it was last heard, but counting only time in which it could have been
 * heard. After this process's own start, pause or database outage every node gets a full TTL again. `couldHear` tells
 * whether a word would be taken at this moment.
 */
export function createNodeSilence(monotonicMs: () => number, couldHear: () => boolean = () => true) {
  const heardAt = new Map<string, number>()
  /** What `listenedMs` was when the node was last heard. */
  const listenedAtWord = new Map<string, number>()
  /** All time in which words could have been heard, pauses left out. */
  let listenedMs = 0
  let listeningSince = monotonicMs()
  let lastTick = listeningSince
  return {
    listenedMs: () => listenedMs,
    heard: (nodeId: string): void => {
      heardAt.set(nodeId, monotonicMs())
      listenedAtWord.set(nodeId, listenedMs)
    },
    /** From now on silence counts anew, for all. */
    listenAnew: (): void => {
      listeningSince = monotonicMs()
    },
    tick: (): void => {
      const now = monotonicMs()
      const gap = now - lastTick
      lastTick = now
      if (gap > OWN_PAUSE_MS) listeningSince = now
      else if (couldHear()) listenedMs += gap
    },
    silentForMs: (nodeId: string): number => monotonicMs() - Math.max(heardAt.get(nodeId) ?? 0, listeningSince),
    /** The sum of the time in which it could have been heard but was not; a pause interrupts it, and ends nothing. */
    unheardMs: (nodeId: string): number => listenedMs - (listenedAtWord.get(nodeId) ?? 0),
  }
}
export type NodeSilence = ReturnType<typeof createNodeSilence>
