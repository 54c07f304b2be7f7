/** How often `tick` is called; a gap much longer than this means this process itself stood still. */
export const TICK_MS = 1_000
/** A gap between ticks beyond this was our own pause (SIGSTOP, suspend, a blocked loop), not the agents' silence. */
const OWN_PAUSE_MS = 5_000

/**
 * Judges how long a node has been silent: since it was last heard, but counting only time in which it could have been
 * heard. After this process's own start, pause or database outage every node gets a full TTL again.
 */
export function createNodeSilence(monotonicMs: () => number) {
  const heardAt = new Map<string, number>()
  let listeningSince = monotonicMs()
  let lastTick = listeningSince
  return {
    heard: (nodeId: string): void => {
      heardAt.set(nodeId, monotonicMs())
    },
    /** From now on silence counts anew, for all. */
    listenAnew: (): void => {
      listeningSince = monotonicMs()
    },
    tick: (): void => {
      const now = monotonicMs()
      if (now - lastTick > OWN_PAUSE_MS) listeningSince = now
      lastTick = now
    },
    silentForMs: (nodeId: string): number => monotonicMs() - Math.max(heardAt.get(nodeId) ?? 0, listeningSince),
  }
}
export type NodeSilence = ReturnType<typeof createNodeSilence>
