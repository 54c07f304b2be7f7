import { createTreeFinder } from '../process-tree/find-trees'
import type { ProcessEntry } from '../process-tree/process-entry'
import { measureTree, type TreeSample } from '../process-tree/usage'
import type { MeasuredVitals, SampleTarget } from './protocol'

export interface Vitals {
  /** Measures the trees of all targets in one scan. */
  sample(targets: readonly SampleTarget[]): Promise<MeasuredVitals[]>
}

function foregroundOf(program: ProcessEntry | undefined): MeasuredVitals['foreground'] {
  if (program === undefined || program.foregroundGroup < 0) return 'unknown'
  return program.foregroundGroup === program.pgid ? 'root' : 'job'
}

/** Keeps the last sample of each runner, so that CPU is measured from one heartbeat to the next. */
export function createVitals(nowMs: () => number = () => performance.now()): Vitals {
  const finder = createTreeFinder()
  let before = new Map<string, TreeSample>()

  return {
    async sample(targets) {
      const trees = await finder.find(new Map(targets.map(({ runnerId, root }) => [runnerId, root])))
      const now = nowMs()
      const samples = new Map<string, TreeSample>()
      const vitals = targets.map(({ runnerId, epoch, programPid }): MeasuredVitals => {
        const members = trees.get(runnerId) ?? []
        const key = `${runnerId}.${epoch}`
        const { sample, ...usage } = measureTree(members, before.get(key) ?? null, now)
        samples.set(key, sample)
        const program = members.find((member) => member.pid === programPid)
        return { runnerId, epoch, foreground: foregroundOf(program), ...usage }
      })
      before = samples
      return vitals
    },
  }
}
