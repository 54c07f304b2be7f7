import { uuid } from '@/contracts/primitives'
import type { Runner } from '@/contracts/runner/runner'
import type { Api } from './api-client'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'
import { matchId } from './match-id'

/** The most `runner.list` gives. */
const LIST_LIMIT = 5000

/** The runner that `prefix` means. Throws CliError: not found (3), or ambiguous (2) naming the candidates. */
export const matchRunner = (prefix: string, runners: readonly Runner[]): Runner =>
  matchId(prefix, runners, { what: 'runner', hint: (runner) => runner.project })

/** The id of the runner a person means: a whole id is taken as it is, anything else is looked up. */
export async function resolveRunnerId(api: Api, typed: string): Promise<string> {
  if (uuid.safeParse(typed).success) return typed.toLowerCase()
  if (!/^[0-9a-f-]+$/i.test(typed)) throw new CliError(`${JSON.stringify(typed)} is no runner id`, ExitCode.notFound)
  return matchRunner(typed, await api.runner.list.query({ all: true, limit: LIST_LIMIT })).id
}
