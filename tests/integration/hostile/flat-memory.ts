import { expect } from 'vitest'
import { residentMb } from '../../support/resident-memory'

/** Memory may grow by this much after the first half of all that is sent: what leaks for each message doubles it. */
const MEMORY_RATIO = 1.5

/** Watches what web and daemon hold while much is sent. */
export function watchMemory(pids: { web: number; daemon: number | null }) {
  const held = () => ({ web: residentMb(pids.web), daemon: residentMb(pids.daemon ?? 0) })
  let warm = held()
  return {
    /** To be said after the first half: caches and compiled code are there by now. */
    isWarm: (): void => {
      warm = held()
    },
    expectFlat: (what: string): void => {
      const after = held()
      expect(after.web / warm.web, `${what}: web ${warm.web} -> ${after.web} MB`).toBeLessThan(MEMORY_RATIO)
      expect(after.daemon / warm.daemon, `${what}: daemon ${warm.daemon} -> ${after.daemon} MB`).toBeLessThan(
        MEMORY_RATIO,
      )
    },
  }
}
