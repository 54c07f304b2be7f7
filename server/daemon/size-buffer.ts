interface Size {
  /** Whose agent says so. */
  nodeId: string
  cols: number
  rows: number
}

/**
 * Writes the sizes of terminals down one after another, of each runner the newest: a window that is dragged says hundreds a
 * second, and written side by side any of them could be the last. A write that fails is dropped: the next says more.
 */
export function createSizeBuffer(
  write: (runnerId: string, size: Size) => Promise<void>,
  failed: (error: unknown) => void,
): { add(runnerId: string, size: Size): void } {
  const waiting = new Map<string, Size>()
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      waiting.delete(next[0])
      await write(...next).catch(failed)
    }
    isWriting = false
  }

  return {
    add(runnerId, { nodeId, cols, rows }) {
      waiting.set(runnerId, { nodeId, cols, rows })
      if (!isWriting) void writeAll()
    },
  }
}
