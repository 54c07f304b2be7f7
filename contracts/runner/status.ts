import { z } from 'zod'

/** Lifecycle of a runner. `lost` means unreachable, which is not dead: it keeps its quota slot and its lease. */
export const runnerStatus = z.enum(['starting', 'running', 'paused', 'stopping', 'terminated', 'failed', 'lost'])
export type RunnerStatus = z.infer<typeof runnerStatus>

/** What a running runner does. */
export const runnerActivity = z.enum(['working', 'waiting_permission', 'waiting_input', 'idle', 'unknown'])
export type RunnerActivity = z.infer<typeof runnerActivity>

/** What the user wants; the daemon drives the status towards it. */
export const desiredStatus = z.enum(['running', 'paused', 'terminated'])
export type DesiredStatus = z.infer<typeof desiredStatus>

/** The one table of allowed changes. `starting` after an end is a restart: same runner, next epoch. */
const TRANSITIONS: Record<RunnerStatus, readonly RunnerStatus[]> = {
  starting: ['running', 'stopping', 'terminated', 'failed', 'lost'],
  running: ['paused', 'stopping', 'terminated', 'failed', 'lost', 'starting'],
  paused: ['running', 'stopping', 'terminated', 'failed', 'lost', 'starting'],
  stopping: ['terminated', 'failed', 'lost', 'starting'],
  lost: ['running', 'paused', 'stopping', 'terminated', 'failed', 'starting'],
  terminated: ['starting'],
  failed: ['starting'],
}

/** Whether a runner in `from` may become `to`. Staying as it is is not a transition. */
export const canTransition = (from: RunnerStatus, to: RunnerStatus): boolean => TRANSITIONS[from].includes(to)

/** The runner's process is over; nothing of it may be alive. */
export const isEnded = (status: RunnerStatus): boolean => status === 'terminated' || status === 'failed'

/** The runner counts against its project's quota and may hold a session's lease. */
export const holdsSlot = (status: RunnerStatus): boolean => !isEnded(status)

/** A terminal can be typed into. */
export const acceptsInput = (status: RunnerStatus): boolean => status === 'running' || status === 'paused'

export const SLOT_HOLDING_STATUSES = runnerStatus.options.filter(holdsSlot)

/** The runner waits for a human. */
export const isWaiting = (activity: RunnerActivity): boolean =>
  activity === 'waiting_permission' || activity === 'waiting_input'
