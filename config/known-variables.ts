import { closestMatch } from './closest-match'
import { settingDefinition, settingNames } from './settings'

/** Variables with our prefix that are no settings, and who reads them. */
const OTHER_VARIABLES: Record<string, string> = {
  STRATAVORE_URL: 'the CLI: another installation to talk to',
  STRATAVORE_TOKEN: 'the CLI: the token for that installation',
  STRATAVORE_DEV: 'web: Next.js with reload, set by `stratavore up --dev`',
  STRATAVORE_RUNNER_ID: 'set inside runners',
}

/** One line about the first `STRATAVORE_*` variable nobody knows (a typing mistake), or undefined. */
export function describeUnknownVariable(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const known = [...settingNames.map((name) => settingDefinition(name).env), ...Object.keys(OTHER_VARIABLES)]
  const unknown = Object.keys(env).find((name) => name.startsWith('STRATAVORE_') && !known.includes(name))
  if (unknown === undefined) return undefined
  const closest = closestMatch(unknown, known)
  return `${unknown}: there is no such setting${closest === undefined ? '' : `; did you mean ${closest}?`}`
}
