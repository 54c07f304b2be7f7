import { CLOCK_TICKS_PER_SECOND } from './parse-stat'
import type { ProcessEntry } from './process-entry'

/** What a tree used, as of one scan. */
export interface TreeSample {
  /** Monotonic milliseconds. */
  atMs: number
  /** Ticks used so far by each process, by `pid:startTicks`. */
  cpuTicks: Map<string, number>
}

export interface TreeUsage {
  /** 100 is one core, over the time since the sample before. */
  cpuPercent: number
  memoryBytes: number
  processCount: number
  sample: TreeSample
}

/**
 * CPU since `before` and present memory of a tree. A process that is new since then counts with all it ever used,
 * one that ended in between is missing with what it used last: both errors are at most one sampling interval.
 */
export function measureTree(members: readonly ProcessEntry[], before: TreeSample | null, nowMs: number): TreeUsage {
  const cpuTicks = new Map(members.map((entry) => [`${entry.pid}:${entry.startTicks}`, entry.cpuTicks]))
  let usedTicks = 0
  if (before !== null)
    for (const [key, ticks] of cpuTicks) usedTicks += Math.max(0, ticks - (before.cpuTicks.get(key) ?? 0))
  const elapsedMs = before === null ? 0 : nowMs - before.atMs
  const usedMs = (usedTicks * 1000) / CLOCK_TICKS_PER_SECOND
  return {
    cpuPercent: elapsedMs > 0 ? Math.round((usedMs / elapsedMs) * 1000) / 10 : 0,
    memoryBytes: members.reduce((total, entry) => total + entry.residentBytes, 0),
    processCount: members.length,
    sample: { atMs: nowMs, cpuTicks },
  }
}
