/** Turns what every heartbeat says of its node's recordings into what has changed. */
export interface RecordingWatch {
  heard(nodeId: string, refused: string | null): Promise<void>
}

/** `tell` is called for the first word of each node, and when it is another; again with the next where it failed. */
export function watchRecordings(tell: (nodeId: string, refused: string | null) => Promise<void>): RecordingWatch {
  const told = new Map<string, boolean>()
  const telling = new Set<string>()
  return {
    async heard(nodeId, refused) {
      const isRefused = refused !== null
      if (told.get(nodeId) === isRefused || telling.has(nodeId)) return
      telling.add(nodeId)
      try {
        await tell(nodeId, refused)
        told.set(nodeId, isRefused)
      } finally {
        telling.delete(nodeId)
      }
    },
  }
}
