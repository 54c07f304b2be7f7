import type { DesiredStatus, RunnerActivity, RunnerStatus } from '@/contracts/runner/status'

/** A runner with prompts waiting, as far as judging needs it. */
export interface QueuedRunner {
  status: RunnerStatus
  desired: DesiredStatus
  activity: RunnerActivity
  activitySince: Date
  /** It asks something that waits for an answer. */
  asks: boolean
  /** When the last prompt was typed and when its outcome was known; null: none yet. */
  lastSentAt: Date | null
  lastClosedAt: Date | null
}

/**
 * A program tells that it has a prompt before it tells that it works on it. An idle that is older than the last prompt
 * counts again after this long: the turn was so short that nobody saw it.
 */
export const SETTLE_MS = 5_000

/**
 * Whether the next prompt may be typed now, or in how many milliseconds to look again; null: when something changes. Pure.
 * Only an idle runner gets one: anything else could be a dialog, or work that a prompt would disturb.
 */
export function judgeQueue(runner: QueuedRunner, now: Date): 'send' | { lookInMs: number } | null {
  if (runner.status !== 'running' || runner.desired !== 'running') return null
  if (runner.activity !== 'idle' || runner.asks) return null
  const { lastSentAt, lastClosedAt } = runner
  if (lastSentAt === null || runner.activitySince > lastSentAt) return 'send'
  const settledMs = (lastClosedAt ?? lastSentAt).getTime() + SETTLE_MS - now.getTime()
  return settledMs <= 0 ? 'send' : { lookInMs: settledMs }
}
