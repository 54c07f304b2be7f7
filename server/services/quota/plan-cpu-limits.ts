import type { ProviderId } from '@/contracts/provider/provider'

/** One that uses this part of what it is held to would use more if it could. */
const HUNGRY_PART = 0.8
/** What the others may come to use beyond what they used last, until it is looked again. */
const HEADROOM = 1.25
/** Every runner of n gets at least this part of an n-th of the quota: an idle one must be able to wake up. */
const LEAST_PART = 0.25
/** Percent of a core that even a quota of nothing leaves to a runner, so that it can be ended from within. */
const LEAST_PERCENT = 1
/** A limit that would change by less stays as it is. */
const SAME_PART = 0.05

/** A live runner of a project that has, or had, a CPU quota. Percent of one core. */
export interface CpuRunner {
  id: string
  epoch: number
  projectId: string
  project: string
  provider: ProviderId
  /** Null when there is none any more. */
  quotaPercent: number | null
  /** By its last heartbeat. */
  usedPercent: number
  /** What it is held to at present. */
  limitPercent: number | null
  /** The connected agent that holds it and can hold it to a limit; null where there is none. */
  agentId: string | null
}

export interface CpuLimitChange {
  runner: CpuRunner & { agentId: string }
  /** Null: it is let go. */
  percent: number | null
}

/**
 * Decides what each runner is held to: nothing while those of its project keep within the quota by themselves, else its
 * part of the quota. The small ones get what they use and a little more, the others share the rest. Level-triggered. Pure.
 */
export function planCpuLimits(runners: readonly CpuRunner[]): CpuLimitChange[] {
  const projects = [...new Set(runners.map(({ projectId }) => projectId))]
  return projects.flatMap((projectId) => {
    const all = runners.filter((runner) => runner.projectId === projectId)
    const held = all.filter((runner) => runner.agentId !== null) as (CpuRunner & { agentId: string })[]
    const others = all.filter((runner) => runner.agentId === null)
    const quota = all[0]?.quotaPercent ?? null
    const left = quota === null ? null : Math.max(0, quota - sumOf(others.map(({ usedPercent }) => usedPercent)))
    const limits = left === null ? held.map(() => null) : limitsOf(left, held)
    return held.flatMap((runner, index) => {
      const percent = limits[index] ?? null
      return isSame(runner.limitPercent, percent) ? [] : [{ runner, percent }]
    })
  })
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)

const isSame = (before: number | null, after: number | null): boolean =>
  before === null || after === null ? before === after : Math.abs(after - before) <= before * SAME_PART

/** What each of these may use of a quota; null for all of them while it need not be said. */
function limitsOf(quota: number, runners: readonly CpuRunner[]): (number | null)[] {
  const isHungry = ({ limitPercent, usedPercent }: CpuRunner): boolean =>
    limitPercent !== null && usedPercent >= limitPercent * HUNGRY_PART
  const isOver = sumOf(runners.map(({ usedPercent }) => usedPercent)) > quota
  if (!isOver && !runners.some(isHungry)) return runners.map(() => null)
  const least = (quota / runners.length) * LEAST_PART
  const wanted = runners.map((runner, index) => ({
    index,
    percent: isHungry(runner) ? Number.POSITIVE_INFINITY : Math.max(least, runner.usedPercent * HEADROOM),
  }))
  const limits = runners.map(() => 0)
  let left = quota
  let waiting = runners.length
  for (const { index, percent } of wanted.toSorted((a, b) => a.percent - b.percent)) {
    const given = Math.min(percent, left / waiting)
    limits[index] = given
    left -= given
    waiting -= 1
  }
  // What nobody wants is everybody's, in equal parts.
  return limits.map((given) => Math.max(LEAST_PERCENT, Math.floor((given + left / runners.length) * 10) / 10))
}
