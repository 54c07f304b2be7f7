/** So long after its last key a line that nobody has sent is still somebody's. */
const KEPT_MS = 30_000
/** Lives whose typing is remembered. */
const REMEMBERED_LIVES = 1_000

// What keys, mouse, focus and answers of a terminal send as sequences, and Enter, which ends a line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)?/gs
/** Enter, Ctrl-C and Ctrl-U leave nothing of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ENDS = /[\r\u0003\u0015]$/

/** Knows in which terminals somebody has a line half typed. */
export interface Drafts {
  /** A person's input. */
  typed(runnerId: string, data: Uint8Array): void
  /** Whether a line stands there that its writer may still want. */
  isOpen(runnerId: string): boolean
}

/** Nobody types. `now` in Unix milliseconds. */
export function createDrafts(now: () => number): Drafts {
  const open = new Map<string, number>()
  return {
    typed(runnerId, data) {
      const keys = Buffer.from(data).toString('latin1').replace(SEQUENCES, '')
      if (keys === '') return
      open.delete(runnerId)
      if (ENDS.test(keys)) return
      open.set(runnerId, now())
      const oldest = open.keys().next().value
      if (open.size > REMEMBERED_LIVES && oldest !== undefined) open.delete(oldest)
    },
    isOpen: (runnerId) => now() - (open.get(runnerId) ?? -Infinity) < KEPT_MS,
  }
}
