'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type Api, useTRPC, useTRPCClient } from '@/components/api/client'
import { patchRunnerList } from '@/components/api/runner-cache'
import { toastProblem } from '@/components/api/toast-problem'
import { plural } from '@/components/format/quantity'
import { useConfirm } from '@/components/shell/confirm'
import type { Runner } from '@/contracts/runner/runner'
import { ACTION_LOOKS, canPerform, needsConfirmation, type RunnerAction } from './runner-actions'
import { titleOf } from './runner-state'

function call(api: Api, action: RunnerAction, id: string): Promise<Runner> {
  if (action === 'stop') return api.runner.stop.mutate({ id })
  if (action === 'kill') return api.runner.stop.mutate({ id, force: true })
  return api.runner[action].mutate({ id })
}

const CONSEQUENCES: Partial<Record<RunnerAction, string>> = {
  stop: 'Its program is asked to exit and ended after ten seconds. Its conversation stays and can be resumed.',
  kill: 'The whole process tree is killed at once. Work that was not saved is lost.',
  restart: 'Its program is ended and started again in the same place.',
}

/** Performs an action on one or many runners: asks first where needed, shows the new state, tells what failed. */
export function useRunnerActions(): (action: RunnerAction, runners: Runner[]) => Promise<void> {
  const api = useTRPCClient()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const confirm = useConfirm()

  return useCallback(
    async (action, runners) => {
      const targets = runners.filter((runner) => canPerform(action, runner))
      const [first] = targets
      if (!first) return
      const { label } = ACTION_LOOKS[action]
      const name = targets.length === 1 ? `“${titleOf(first)}”` : plural(targets.length, 'runner')
      if (targets.some((runner) => needsConfirmation(action, runner))) {
        if (!(await confirm({ title: `${label} ${name}?`, body: CONSEQUENCES[action], confirm: label }))) return
      }
      const results = await Promise.allSettled(targets.map((runner) => call(api, action, runner.id)))
      const failures: PromiseRejectedResult[] = []
      for (const result of results) {
        if (result.status === 'rejected') failures.push(result)
        else {
          queries.setQueryData(trpc.runner.get.queryKey({ id: result.value.id }), result.value)
          queries.setQueryData(trpc.runner.list.queryKey({}), (list) => list && patchRunnerList(list, result.value))
        }
      }
      const [failure] = failures
      if (failure) {
        const what = targets.length === 1 ? name : `${failures.length} of ${plural(targets.length, 'runner')}`
        toastProblem(`Could not ${label.toLowerCase()} ${what}`, failure.reason)
      }
    },
    [api, trpc, queries, confirm],
  )
}
