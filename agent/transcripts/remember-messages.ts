/** Message ids that are remembered: lines of one message stand close together, at most tool results are between them. */
const REMEMBERED_MESSAGES = 256

/** Tells messages that begin from those that go on. */
export interface RememberedMessages {
  /** True the first time. */
  isNew(id: string): boolean
  all(): ReadonlySet<string>
}

export function rememberMessages(known: ReadonlySet<string>): RememberedMessages {
  const messages = new Set(known)
  return {
    isNew(id) {
      if (messages.has(id)) return false
      messages.add(id)
      const oldest = messages.values().next().value
      if (messages.size > REMEMBERED_MESSAGES && oldest !== undefined) messages.delete(oldest)
      return true
    },
    all: () => messages,
  }
}
