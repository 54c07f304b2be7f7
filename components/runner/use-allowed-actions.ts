'use client'
import { useMay } from '@/components/access/allowed'
import type { Runner } from '@/contracts/runner/runner'
import { ACTION_RIGHTS, canPerform, RUNNER_ACTIONS, type RunnerAction } from './runner-actions'

/** The actions to offer for a runner to who is signed in, the usual ones first. */
export function useAllowedActions(): (runner: Runner) => RunnerAction[] {
  const may = useMay()
  return (runner) =>
    RUNNER_ACTIONS.filter(
      (action) => canPerform(action, runner) && may(ACTION_RIGHTS[action], { project: runner.projectId }),
    )
}
