/** What a person types, a mouse or a terminal's answer included; more at once is a paste or a program. */
const KEYS_BYTES = 256
/** Somebody whose last key is longer ago is reading. */
const TYPES_FOR_MS = 500

/** Who types into which runner of this agent right now. */
export interface Typing {
  /** So many bytes were typed into it. */
  note(runnerId: string, bytes: number): void
  /** Whether somebody types into another runner than this. */
  elsewhere(runnerId: string): boolean
}

/** `now` in milliseconds of a steady clock. */
export function createTyping(now: () => number): Typing {
  /** The oldest first. */
  const lastKey = new Map<string, number>()

  function forgetOver(): void {
    const since = now() - TYPES_FOR_MS
    for (const [id, at] of lastKey) {
      if (at >= since) return
      lastKey.delete(id)
    }
  }

  return {
    note(runnerId, bytes) {
      if (bytes > KEYS_BYTES) return
      forgetOver()
      lastKey.delete(runnerId)
      lastKey.set(runnerId, now())
    },
    elsewhere(runnerId) {
      forgetOver()
      return lastKey.size > (lastKey.has(runnerId) ? 1 : 0)
    },
  }
}
