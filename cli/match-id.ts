import { CliError } from './cli-error'
import { ExitCode } from './exit-code'

/** As many characters of an id as tables show; enough for thousands of rows. */
const SHORT_ID_LENGTH = 8
/** Candidates an ambiguous prefix lists. */
const MAX_CANDIDATES = 8

/** An id as tables show it; accepted wherever an id is. */
export const shortId = (id: string): string => id.slice(0, SHORT_ID_LENGTH)

/**
 * The one whose id begins with `prefix`. `what` and `hint` tell people what is looked for and which candidate is which.
 * Throws CliError: not found (3), or ambiguous (2) naming the candidates.
 */
export function matchId<Item extends { id: string }>(
  prefix: string,
  items: readonly Item[],
  { what, hint }: { what: string; hint(item: Item): string },
): Item {
  const wanted = prefix.toLowerCase()
  const matches = items.filter((item) => item.id.startsWith(wanted))
  if (matches.length > 0) return onlyMatch(prefix, matches, hint)
  throw new CliError(`no ${what} has an id that begins with ${JSON.stringify(prefix)}`, ExitCode.notFound)
}

/** The one of these that `typed` may mean. Throws CliError, naming them with a `hint`, when they are several (2). */
export function onlyMatch<Item extends { id: string }>(
  typed: string,
  matches: readonly Item[],
  hint: (item: Item) => string,
): Item {
  const [only] = matches
  if (only && matches.length === 1) return only
  const shown = matches.slice(0, MAX_CANDIDATES).map((item) => `${distinctId(item.id, matches)} (${hint(item)})`)
  const more = matches.length > MAX_CANDIDATES ? `, and ${matches.length - MAX_CANDIDATES} more` : ''
  throw new CliError(`${JSON.stringify(typed)} may be any of ${shown.join(', ')}${more}`, ExitCode.usage)
}

/** The shortest beginning, at least that of tables, that tells `id` from the others. */
function distinctId(id: string, others: readonly { id: string }[]): string {
  for (let length = SHORT_ID_LENGTH; length < id.length; length++)
    if (others.filter((other) => other.id.startsWith(id.slice(0, length))).length === 1) return id.slice(0, length)
  return id
}
