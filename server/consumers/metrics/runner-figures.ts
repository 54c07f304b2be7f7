import type { ProviderId } from '@/contracts/provider/provider'
import type { RunnerActivity } from '@/contracts/runner/status'

/**
 * What became of a launch. `cancelled`: stopped before it had started. `quota_exceeded`: refused, which is told at most
 * once a minute and project.
 */
export const launchResults = ['started', 'failed', 'cancelled', 'quota_exceeded'] as const
export type LaunchResult = (typeof launchResults)[number]

export type WaitingActivity = Extract<RunnerActivity, 'waiting_permission' | 'waiting_input'>

/** What the events of runners are made into. */
export type RunnerFigure =
  | { kind: 'launch'; result: LaunchResult /** Null when its beginning is not known. */; seconds: number | null }
  | { kind: 'wait'; activity: WaitingActivity; provider: ProviderId; seconds: number }

/** Is told each figure once. */
export type RunnerFigureObserver = (figure: RunnerFigure) => void
