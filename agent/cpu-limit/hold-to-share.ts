import { type CpuCount, countCpu } from '../process-tree/count-cpu'
import { freezeTree, thawTree } from '../process-tree/freeze-tree'
import { CLOCK_TICKS_PER_SECOND } from '../process-tree/parse-stat'
import type { ProcessEntry } from '../process-tree/process-entry'
import type { SignalProcess } from '../process-tree/signal'
import { chooseStopped } from './choose-stopped'
import { FRESH_SLICE, PERIOD_MS, planSlice } from './plan-slice'

const MS_PER_TICK = 1000 / CLOCK_TICKS_PER_SECOND
/** All processes of the machine are looked through for new ones this often: a look costs milliseconds. */
const SEARCH_EVERY_MS = 1_000
/** Between looks at processes that have been told to stop and have not yet. */
const STOPPING_MS = 1
/** In less than this nothing is learned of who computes: a few clock ticks. */
const LEAST_RAN_MS = 20

export interface HoldToShareOptions {
  /** Looks for the members of the tree, parents before children. */
  find(): Promise<ProcessEntry[]>
  /** The same processes as they are now. */
  readAgain(known: readonly ProcessEntry[]): ProcessEntry[]
  signal: SignalProcess
  /** Returns early once aborted; never rejects. */
  wait(ms: number, abort?: AbortSignal): Promise<void>
  /** Monotonic milliseconds. */
  nowMs(): number
  onProblem(message: string, detail: unknown): void
}

/** A tree that is held to a share of the CPU. */
export interface Hold {
  /** 100 is one core. */
  setPercent(percent: number): void
  /** Resolves once nothing of the tree stands still on account of this any more. Idempotent. */
  lift(): Promise<void>
}

/**
 * Holds a tree to a share of the CPU by stopping, for a part of each period, those of its processes that use it; `after` an
 * earlier hold of it has let go. Linux only.
 */
export function holdToShare(options: HoldToShareOptions, percent: number, after: Promise<void>): Hold {
  const { find, readAgain, signal, wait, nowMs, onProblem } = options
  const lifted = new AbortController()
  let share = percent / 100
  let members: ProcessEntry[] = []
  let searchedMs = Number.NEGATIVE_INFINITY
  let count: CpuCount | null = null
  /** In cores by pid, smoothed over some periods. */
  let use = new Map<number, number>()
  let slice = FRESH_SLICE
  let stopped: ProcessEntry[] = []
  let lookedMs = nowMs()
  /** While something stands still: since when. */
  let stoppedMs: number | null = null
  let stoodMs = 0

  async function look(): Promise<number> {
    const isDue = nowMs() - searchedMs >= SEARCH_EVERY_MS
    members = isDue ? await find() : readAgain(members)
    const now = nowMs()
    if (isDue) searchedMs = now
    const elapsedMs = now - lookedMs
    if (stoppedMs !== null) {
      stoodMs += now - stoppedMs
      stoppedMs = now
    }
    const used = countCpu(members, count)
    const measured = { elapsedMs, ranMs: elapsedMs - stoodMs, usedMs: used.ticks * MS_PER_TICK }
    const plan = planSlice(slice, count === null ? { elapsedMs: 0, ranMs: 0, usedMs: 0 } : measured, share)
    // What stood still the whole time computes as it did before: forgotten, it would be let run on.
    if (measured.ranMs >= LEAST_RAN_MS)
      use = new Map(
        members.map(({ pid }) => {
          const cores = ((used.byPid.get(pid) ?? 0) * MS_PER_TICK) / elapsedMs
          return [pid, ((use.get(pid) ?? 0) + cores) / 2]
        }),
      )
    count = used.count
    slice = plan.state
    lookedMs = now
    stoodMs = 0
    return plan.runMs
  }

  /** Of these the ones that are left, in `members`' order. */
  const now = (chosen: readonly ProcessEntry[]) => ({
    members: async () => readAgain(chosen),
    signal,
    pause: () => wait(STOPPING_MS),
  })

  /** Also those that began to compute while others stand still already. */
  async function stop(): Promise<void> {
    members = readAgain(members)
    const more = chooseStopped(members, use, share)
    // With nothing to stop it does not stand still: next time there may be.
    if (more.length === 0) return
    const all = new Set([...stopped, ...more].map(({ pid }) => pid))
    stopped = members.filter(({ pid }) => all.has(pid))
    stoppedMs ??= nowMs()
    // What cannot be stopped in time runs on, and is measured.
    await freezeTree(now(more))
  }

  async function go(): Promise<void> {
    if (stoppedMs === null) return
    if (!(await thawTree(now(stopped)))) onProblem('a process that was held to its share does not go on', stopped)
    stoodMs += nowMs() - stoppedMs
    stopped = []
    stoppedMs = null
  }

  async function onePeriod(): Promise<void> {
    const runMs = await look()
    if (runMs > 0) {
      await go()
      await wait(runMs, lifted.signal)
    }
    if (runMs === PERIOD_MS || lifted.signal.aborted) return
    await stop()
    await wait(PERIOD_MS - runMs, lifted.signal)
  }

  async function run(): Promise<void> {
    await after
    while (!lifted.signal.aborted) {
      try {
        await onePeriod()
      } catch (error) {
        onProblem('a runner cannot be held to its share of the CPU', error)
        await go()
        await wait(SEARCH_EVERY_MS, lifted.signal)
      }
    }
    await go()
  }

  const done = run().catch((error: unknown) => onProblem('what was held to its share cannot be let go', error))
  return {
    setPercent: (next) => {
      share = next / 100
    },
    lift: () => {
      lifted.abort()
      return done
    },
  }
}
