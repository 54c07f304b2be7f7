import { type CpuCount, countCpu } from './count-cpu'
import { CLOCK_TICKS_PER_SECOND } from './parse-stat'
import type { ProcessEntry } from './process-entry'

/** What a tree used, as of one scan. */
export interface TreeSample {
  /** Monotonic milliseconds. */
  atMs: number
  cpu: CpuCount
}

export interface TreeUsage {
  /** 100 is one core, over the time since the sample before. */
  cpuPercent: number
  memoryBytes: number
  processCount: number
  sample: TreeSample
}

/** CPU since `before` and present memory of a tree. */
export function measureTree(members: readonly ProcessEntry[], before: TreeSample | null, nowMs: number): TreeUsage {
  const { ticks, count } = countCpu(members, before?.cpu ?? null)
  const elapsedMs = before === null ? 0 : nowMs - before.atMs
  const usedMs = (ticks * 1000) / CLOCK_TICKS_PER_SECOND
  return {
    cpuPercent: elapsedMs > 0 ? Math.round((usedMs / elapsedMs) * 1000) / 10 : 0,
    memoryBytes: members.reduce((total, entry) => total + entry.residentBytes, 0),
    processCount: members.length,
    sample: { atMs: nowMs, cpu: count },
  }
}
