import { uuid } from '@/contracts/primitives'
import type { Runner } from '@/contracts/runner/runner'
import { holdsSlot } from '@/contracts/runner/status'
import type { Api } from './api-client'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'
import { onlyMatch } from './match-id'

/** The most `runner.list` gives. */
const LIST_LIMIT = 5000

/**
 * Runners that `typed` may mean: by name those that live, or else all that had it; and those whose ids begin so. Anybody may
 * name a runner like the beginning of another's id: then it is not said which is meant.
 */
function candidatesOf(typed: string, runners: readonly Runner[]): readonly Runner[] {
  const wanted = typed.toLowerCase()
  const named = runners.filter((runner) => runner.name?.toLowerCase() === wanted)
  const living = named.filter((runner) => holdsSlot(runner.status))
  const byId = runners.filter((runner) => runner.id.startsWith(wanted))
  return [...new Set([...(living.length > 0 ? living : named), ...byId])]
}

const couldBeId = (typed: string): boolean => /^[0-9a-f-]+$/i.test(typed)

/** Whether there is a runner of that name, or one whose id begins so. */
export const isRunner = (typed: string, runners: readonly Runner[]): boolean => candidatesOf(typed, runners).length > 0

/**
 * The runner that `typed` means: its name, or the beginning of its id. Throws CliError: not found (3), or ambiguous (2)
 * naming the candidates.
 */
export function matchRunner(typed: string, runners: readonly Runner[]): Runner {
  const candidates = candidatesOf(typed, runners)
  if (candidates.length > 0) return onlyMatch(typed, candidates, (runner) => runner.project)
  const what = couldBeId(typed) ? 'has an id that begins with' : 'is named'
  throw new CliError(`no runner ${what} ${JSON.stringify(typed)}`, ExitCode.notFound)
}

/** The id of the runner a person means: a whole id is taken as it is, anything else is looked up. */
export async function resolveRunnerId(api: Api, typed: string): Promise<string> {
  if (uuid.safeParse(typed).success) return typed.toLowerCase()
  return matchRunner(typed, await api.runner.list.query({ all: true, limit: LIST_LIMIT })).id
}
