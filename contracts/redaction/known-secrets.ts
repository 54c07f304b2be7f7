/** Names whose values are nobody's business. */
const SECRET_NAME =
  /SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|(?:^|_)(?:KEYS?|AUTH)(?:_|$)/i
/** Where a secret lies is none. */
const PLACE_NAME = /(?:_FILE|_PATH|_DIR|_SOCK)$/i
/** `MAX_TOKENS=200000` is no secret; digits alone are one only when there are many of them. */
const SMALL_NUMBER = /^\d{1,9}$/
/** Shorter ones occur in any text. */
const MIN_SECRET_LENGTH = 6
const MIN_VARIABLE_LENGTH = 8
/** Words, paths and addresses are what projects are set up with (`production`): hidden everywhere they would make texts unreadable. */
const PLAIN_VALUE = /^(?:[\p{L}\s._,:-]*|[.~]?\/[\w./-]*|[a-z]+:\/\/[\w.:/-]*)$/iu

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Values that must not be shown of what a program was started with: those whose names say that they are secret, and
 * every variable of its project, which Stratavore keeps encrypted, that is not plainly words, a path or an address.
 */
export function secretsOf(environment: Environment, projectVariables: Environment): string[] {
  const named = Object.entries(environment).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) && !PLACE_NAME.test(name) && value.length >= MIN_SECRET_LENGTH ? [value] : [],
  )
  const kept = Object.values(projectVariables).flatMap((value = '') =>
    value.length >= MIN_VARIABLE_LENGTH && !PLAIN_VALUE.test(value) ? [value] : [],
  )
  return [...new Set([...named, ...kept])].filter((value) => !SMALL_NUMBER.test(value))
}
