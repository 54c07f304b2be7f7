import type { CpuLimit } from '../cpu-limit/cpu-limit'
import { type FreezeOptions, freezeTree, thawTree } from '../process-tree/freeze-tree'
import { Refused } from './runner-host'

export interface TreePauseOptions {
  freeze: FreezeOptions
  cpuLimit: Pick<CpuLimit, 'suspend' | 'resume'>
  /** Throws Refused when the runner has ended. */
  requireAlive(): void
  /** It stands still from now on, or goes on. */
  onChange(now: 'paused' | 'resumed'): Promise<void>
}

/** Stops and continues a runner's whole tree. */
export interface TreePause {
  isPaused(): boolean
  /** Throws Refused when some of its processes cannot be stopped: then none stays stopped. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Lets what stands still go on, to its end: it stays paused by name. */
  thaw(): Promise<void>
}

/** Nothing stands still yet. */
export function createTreePause({ freeze, cpuLimit, requireAlive, onChange }: TreePauseOptions): TreePause {
  let paused = false
  return {
    isPaused: () => paused,
    async pause() {
      requireAlive()
      if (paused) return
      await cpuLimit.suspend()
      if (!(await freezeTree(freeze))) {
        await thawTree(freeze)
        cpuLimit.resume()
        throw new Refused('pause_failed', 'Some processes of the runner cannot be stopped.')
      }
      requireAlive()
      paused = true
      await onChange('paused')
    },
    async resume() {
      requireAlive()
      if (!paused) return
      await thawTree(freeze)
      requireAlive()
      paused = false
      cpuLimit.resume()
      await onChange('resumed')
    },
    async thaw() {
      if (paused) await thawTree(freeze)
    },
  }
}
