import type { RunnerVitals } from '@/contracts/agent-protocol/messages'
import type { RunnerActivity } from '@/contracts/runner/status'
import { createTreeFinder } from '../process-tree/find-trees'
import type { ProcessEntry } from '../process-tree/process-entry'
import { measureTree, type TreeSample } from '../process-tree/usage'
import type { SampleTarget } from './protocol'

export interface Vitals {
  /** Measures the trees of all targets in one scan. `reported` is what a program said of itself. */
  sample(targets: readonly SampleTarget[], reported: (runnerId: string) => RunnerActivity): Promise<RunnerVitals[]>
}

/** A shell is idle while it has the terminal to itself, and works while a job has it. */
function foregroundActivity(root: ProcessEntry | undefined, reported: RunnerActivity): RunnerActivity {
  if (root === undefined || root.foregroundGroup < 0) return 'unknown'
  if (root.foregroundGroup === root.pgid) return 'idle'
  return reported === 'unknown' ? 'working' : reported
}

/** Keeps the last sample of each runner, so that CPU is measured from one heartbeat to the next. */
export function createVitals(nowMs: () => number = () => performance.now()): Vitals {
  const finder = createTreeFinder()
  let before = new Map<string, TreeSample>()

  return {
    async sample(targets, reported) {
      const trees = await finder.find(new Map(targets.map(({ runnerId, root }) => [runnerId, root])))
      const now = nowMs()
      const samples = new Map<string, TreeSample>()
      const vitals = targets.map(({ runnerId, epoch, root, activitySource }): RunnerVitals => {
        const members = trees.get(runnerId) ?? []
        const key = `${runnerId}.${epoch}`
        const { sample, ...usage } = measureTree(members, before.get(key) ?? null, now)
        samples.set(key, sample)
        const rootEntry = members.find((member) => member.pid === root.pid)
        const activity =
          activitySource === 'foreground' ? foregroundActivity(rootEntry, reported(runnerId)) : reported(runnerId)
        return { runnerId, epoch, activity, ...usage }
      })
      before = samples
      return vitals
    },
  }
}
