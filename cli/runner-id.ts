import { uuid } from '@/contracts/primitives'
import type { Runner } from '@/contracts/runner/runner'
import type { Api } from './api-client'
import { CliError } from './cli-error'
import { ExitCode } from './exit-code'

/** As many characters of an id as tables show; enough for thousands of runners. */
const SHORT_ID_LENGTH = 8
/** Candidates an ambiguous prefix lists. */
const MAX_CANDIDATES = 8
/** The most `runner.list` gives. */
const LIST_LIMIT = 5000

/** An id as tables show it; accepted wherever an id is. */
export const shortId = (id: string): string => id.slice(0, SHORT_ID_LENGTH)

/** The runner that `prefix` means. Throws CliError: not found (3), or ambiguous (2) naming the candidates. */
export function matchRunner(prefix: string, runners: readonly Runner[]): Runner {
  const wanted = prefix.toLowerCase()
  const matches = runners.filter((runner) => runner.id.startsWith(wanted))
  const [only] = matches
  if (only && matches.length === 1) return only
  if (!only) throw new CliError(`no runner has an id that begins with ${JSON.stringify(prefix)}`, ExitCode.notFound)
  const shown = matches
    .slice(0, MAX_CANDIDATES)
    .map((runner) => `${distinctId(runner.id, matches)} (${runner.project})`)
  const more = matches.length > MAX_CANDIDATES ? `, and ${matches.length - MAX_CANDIDATES} more` : ''
  throw new CliError(`${JSON.stringify(prefix)} may be any of ${shown.join(', ')}${more}`, ExitCode.usage)
}

/** The shortest beginning, at least that of tables, that tells `id` from the others. */
function distinctId(id: string, others: readonly Runner[]): string {
  for (let length = SHORT_ID_LENGTH; length < id.length; length++)
    if (others.filter((other) => other.id.startsWith(id.slice(0, length))).length === 1) return id.slice(0, length)
  return id
}

/** The id of the runner a person means: a whole id is taken as it is, anything else is looked up. */
export async function resolveRunnerId(api: Api, typed: string): Promise<string> {
  if (uuid.safeParse(typed).success) return typed.toLowerCase()
  if (!/^[0-9a-f-]+$/i.test(typed)) throw new CliError(`${JSON.stringify(typed)} is no runner id`, ExitCode.notFound)
  return matchRunner(typed, await api.runner.list.query({ all: true, limit: LIST_LIMIT })).id
}
