import type { RunnerActivity } from '@/contracts/runner/status'

/** Alternating in front of the name while it works; braille dots in older versions. */
const WORKING = /^[◐◑\u2800-\u28ff]/u
/** Also shown while it waits for an answer. */
const RESTING = /^✳/u

/** What the terminal's title says the program does; null for a title that says nothing of it. */
export function titleActivity(title: string): RunnerActivity | null {
  if (WORKING.test(title)) return 'working'
  return RESTING.test(title) ? 'idle' : null
}
