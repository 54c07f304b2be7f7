import { CirclePause, CirclePlay, CircleStop, type LucideIcon, RotateCcw, Skull } from 'lucide-react'
import type { Right } from '@/contracts/access/access'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'

export type RunnerAction = 'stop' | 'kill' | 'pause' | 'resume' | 'restart'

/** Words and looks of each action. */
export const ACTION_LOOKS: Record<RunnerAction, { label: string; done: string; icon: LucideIcon; danger: boolean }> = {
  stop: { label: 'Stop', done: 'Stopping', icon: CircleStop, danger: true },
  kill: { label: 'Force kill', done: 'Killing', icon: Skull, danger: true },
  pause: { label: 'Pause', done: 'Pausing', icon: CirclePause, danger: false },
  resume: { label: 'Resume', done: 'Resuming', icon: CirclePlay, danger: false },
  restart: { label: 'Restart', done: 'Restarting', icon: RotateCcw, danger: false },
}

/** What each takes. */
export const ACTION_RIGHTS: Record<RunnerAction, Right> = {
  stop: 'drive',
  kill: 'drive',
  pause: 'drive',
  resume: 'drive',
  restart: 'launch',
}

/** Whether `action` makes sense for a runner in its present state. */
export function canPerform(action: RunnerAction, runner: Pick<Runner, 'status' | 'desired' | 'nextStartAt'>): boolean {
  const ended = isEnded(runner.status)
  switch (action) {
    case 'stop':
      // A failed runner that waits to be started again can still be told not to.
      return runner.status !== 'stopping' && (!ended || runner.nextStartAt !== null)
    case 'kill':
      return !ended
    case 'pause':
      return runner.status === 'running' && runner.desired === 'running'
    case 'resume':
      return runner.status === 'paused' || (runner.status === 'running' && runner.desired === 'paused')
    case 'restart':
      return ended || runner.status === 'running'
  }
}

/** All of them, the usual ones first. */
export const RUNNER_ACTIONS = ['restart', 'pause', 'resume', 'stop', 'kill'] as const satisfies RunnerAction[]

/** Whether the user is asked first: only where something that works would end. */
export const needsConfirmation = (action: RunnerAction, runner: Pick<Runner, 'status'>): boolean =>
  (action === 'stop' || action === 'kill' || action === 'restart') && runner.status === 'running'
