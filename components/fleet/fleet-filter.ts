import { needsHuman } from '@/components/api/runner-cache'
import type { ProviderId } from '@/contracts/provider/provider'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'

/** What someone looks for, in four words; every runner is in exactly one of the last three. */
export type StatusFilter = 'all' | 'waiting' | 'active' | 'ended'
export type Grouping = 'none' | 'project' | 'node'

export interface FleetFilter {
  text: string
  status: StatusFilter
  project: string | null
  provider: ProviderId | null
}

export const NO_FILTER: FleetFilter = { text: '', status: 'all', project: null, provider: null }

/** Which of the three a runner is in. */
export const statusClassOf = (runner: Runner): Exclude<StatusFilter, 'all'> =>
  isEnded(runner.status) ? 'ended' : needsHuman(runner) ? 'waiting' : 'active'

/** Every word of the text must be found somewhere in what names the runner. */
function matchesText(runner: Runner, text: string): boolean {
  const haystack = [runner.name, runner.project, runner.provider, runner.node, runner.id, runner.cwd]
    .join('\n')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word))
}

/** The runners that pass. */
export const filterFleet = (runners: Runner[], filter: FleetFilter): Runner[] =>
  runners.filter(
    (runner) =>
      (filter.status === 'all' || statusClassOf(runner) === filter.status) &&
      (filter.project === null || runner.project === filter.project) &&
      (filter.provider === null || runner.provider === filter.provider) &&
      matchesText(runner, filter.text.trim()),
  )

/** How many runners each status filter would show. */
export function countByStatus(runners: Runner[]): Record<StatusFilter, number> {
  const counts = { all: runners.length, waiting: 0, active: 0, ended: 0 }
  for (const runner of runners) counts[statusClassOf(runner)] += 1
  return counts
}

/** Runners under a heading each, groups by name; one group without a name when not grouped. */
export function groupFleet(runners: Runner[], grouping: Grouping): { name: string | null; runners: Runner[] }[] {
  if (grouping === 'none') return [{ name: null, runners }]
  const groups = new Map<string, Runner[]>()
  for (const runner of runners) {
    const group = groups.get(runner[grouping])
    if (group) group.push(runner)
    else groups.set(runner[grouping], [runner])
  }
  return [...groups].map(([name, members]) => ({ name, runners: members })).sort((a, b) => a.name.localeCompare(b.name))
}
