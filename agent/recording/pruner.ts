import { rm, unlink } from 'node:fs/promises'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'
import { planPrune } from './plan-prune'
import type { Clock } from './recording-clock'
import { findStoredLives, findStoredLogs } from './stored-lives'

/** Age is looked at this often; size at once, whenever something was written in full. */
const PRUNE_EVERY_MS = 10 * 60_000
/** Several segments that are full at once are looked at together. */
const GATHER_MS = 1_000

export interface PrunerOptions {
  recordingsDir: string
  logsDir: string
  clock: Clock
  isLive(life: string): boolean
  onProblem(message: string, error: unknown): void
}

/** Deletes what is no longer kept of recordings and output logs. Deletes nothing before it was told how much is. */
export interface Pruner {
  keep(kept: KeptRecordings): void
  /** There may be too much now. */
  soon(): void
  stop(): void
}

export function createPruner({ recordingsDir, logsDir, clock, isLive, onProblem }: PrunerOptions): Pruner {
  let kept: KeptRecordings | null = null
  let cancel: (() => void) | null = null
  let isSoon = false
  let running = false

  async function prune(limits: KeptRecordings): Promise<void> {
    const lives = await findStoredLives(recordingsDir, isLive)
    const logs = await findStoredLogs(logsDir, isLive)
    const plan = planPrune(lives, logs, limits, clock.now())
    for (const file of plan.files) await unlink(file)
    for (const directory of plan.directories) await rm(directory, { recursive: true, force: true })
  }

  function schedule(ms: number): void {
    cancel?.()
    cancel = clock.after(ms, run)
  }

  function run(): void {
    if (kept === null || running) return
    running = true
    isSoon = false
    prune(kept)
      .catch((error: unknown) => onProblem('old recordings cannot be deleted', error))
      .finally(() => {
        running = false
        if (kept !== null) schedule(isSoon ? GATHER_MS : PRUNE_EVERY_MS)
      })
  }

  function soon(): void {
    // Also while it runs: what was sealed since may not have been seen.
    if (!isSoon && kept !== null && !running) schedule(GATHER_MS)
    isSoon = true
  }

  return {
    keep(limits) {
      kept = limits
      isSoon = false
      soon()
    },
    soon,
    stop() {
      cancel?.()
      kept = null
    },
  }
}
