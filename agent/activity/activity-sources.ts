import type { ActivitySource } from '@/contracts/runner/activity-detail'
import type { RunnerActivity } from '@/contracts/runner/status'

/** What one source last said, and when it began to say so: Unix milliseconds. */
export interface Said {
  activity: RunnerActivity
  message: string | null
  at: number
}

/** Everyone who may tell what a runner does; null: has said nothing, or takes it back. */
export interface ActivitySources {
  /** OSC 7501 in the runner's output. */
  programStatus: Said | null
  /** The program's own file about its running process. */
  sessionFile: Said | null
  /** The program's hooks. */
  hook: Said | null
  /** The terminal's title. */
  title: Said | null
  /** Who has the terminal's foreground. `at` is when that was looked at. Of shells only. */
  foreground: Said | null
}

export const SILENT: ActivitySources = {
  programStatus: null,
  sessionFile: null,
  hook: null,
  title: null,
  foreground: null,
}

export interface Judgement {
  activity: RunnerActivity
  source: ActivitySource
  message: string | null
}
