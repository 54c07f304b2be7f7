import type { FoundSession } from '../providers/provider'

/** Most conversations begin with the program or its first prompt; later ones are begun by hand, now and then. */
const OFTEN_MS = 2_000
const OFTEN_FOR_MS = 60_000
const SELDOM_MS = 15_000

/**
 * Looks again and again which conversations a program has open, and tells of the newest whenever there is one that was not
 * there before. One that was left and is gone back to is not noticed. Returns what ends it.
 */
export function followSessions(
  look: () => Promise<readonly FoundSession[]>,
  onOpened: (session: FoundSession) => void,
  onProblem: (message: string, detail: unknown) => void,
): () => void {
  const seen = new Set<string>()
  let looks = 0
  let ended = false
  let timer: NodeJS.Timeout

  const wait = (): void => {
    looks += 1
    timer = setTimeout(() => void again(), looks * OFTEN_MS <= OFTEN_FOR_MS ? OFTEN_MS : SELDOM_MS).unref()
  }
  async function again(): Promise<void> {
    try {
      const fresh = (await look()).filter(({ sessionId }) => !seen.has(sessionId))
      if (ended) return
      for (const { sessionId } of fresh) seen.add(sessionId)
      const newest = fresh.at(-1)
      if (newest !== undefined) onOpened(newest)
    } catch (error) {
      onProblem('the session of a program cannot be looked for', error)
    }
    if (!ended) wait()
  }

  wait()
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
