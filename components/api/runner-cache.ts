import type { Runner } from '@/contracts/runner/runner'
import { isEnded, isWaiting } from '@/contracts/runner/status'

/** The list with `runner` in its present state; a new one comes first, as the API lists them. */
export function patchRunnerList(list: Runner[], runner: Runner): Runner[] {
  const index = list.findIndex((candidate) => candidate.id === runner.id)
  return index === -1 ? [runner, ...list] : list.with(index, runner)
}

/** The runner waits for a human right now. */
export const needsHuman = (runner: Runner): boolean => runner.status === 'running' && isWaiting(runner.activity)

/** Runners that wait for a human, the longest waiting first. */
export const inboxOf = (runners: Runner[]): Runner[] =>
  runners.filter(needsHuman).sort((a, b) => a.activitySince.localeCompare(b.activitySince) || a.id.localeCompare(b.id))

/** What the tiles show, by what someone looks for: waiting, then live, then ended; newest first within each. */
export function orderForFleet(runners: Runner[]): Runner[] {
  const rank = (runner: Runner) => (needsHuman(runner) ? 0 : isEnded(runner.status) ? 2 : 1)
  return [...runners].sort(
    (a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id),
  )
}
