/** Names whose values are nobody's business. */
const SECRET_NAME =
  /SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|(?:^|_)(?:PASS|KEYS?|AUTH)$|_PWD$/i
/** These may say so: `AUTH_PROVIDER=claude` is none, and hidden everywhere it would make nonsense of events. */
const DOUBTFUL_NAME = /(?:^|_)(?:KEYS?|AUTH)_/i
/** A longer word is none. */
const MAX_WORD_LENGTH = 16
/** Where a secret lies is none. */
const PLACE_NAME = /(?:_FILE|_PATH|_DIR|_SOCK)$/i
/** `MAX_TOKENS=200000` is no secret; digits alone are one only when there are many of them. */
const SMALL_NUMBER = /^\d{1,9}$/
/** Shorter ones occur in any text. */
const MIN_SECRET_LENGTH = 6
const MIN_VARIABLE_LENGTH = 8
/** Words, paths and addresses are what projects are set up with (`production`): hidden everywhere they would make texts unreadable. */
const PLAIN_VALUE = /^(?:[\p{L}\s._,:-]*|[.~]?\/[\w./-]*|[a-z]+:\/\/[\w.:/-]*)$/iu
/** Nobody calls a place like this: addresses that are their own key (webhooks of Slack, Discord, bots) have it in their path. */
const DRAWN = /(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{16}|[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}/i
const DRAWN_MIXED = /(?=[\w-]{0,19}\d)(?=[\w-]{0,19}[a-z])(?=[\w-]{0,19}[A-Z])[\w-]{20}/

const isPlain = (value: string): boolean => PLAIN_VALUE.test(value) && !DRAWN.test(value) && !DRAWN_MIXED.test(value)

const isWord = (value: string): boolean => isPlain(value) && !value.includes(':') && value.length <= MAX_WORD_LENGTH

const namesSecret = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) || (DOUBTFUL_NAME.test(name) && !isWord(value))

/** Shorter passwords, and those that are the user's name, are words of texts: who chose one hides nothing with it. */
const MIN_PASSWORD_LENGTH = 8

/** The password of an address, as it is written in it and as it is. */
export function passwordsOf(text: string): string[] {
  if (!text.includes('@') || !URL.canParse(text)) return []
  const { username, password } = new URL(text)
  if (password.length < MIN_PASSWORD_LENGTH || password === username) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    // A percent sign that escapes nothing: it is as it is written.
    return [password]
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Values that must not be shown of what a program was started with: those whose names say that they are secret, and
 * every variable of its project, which Stratavore keeps encrypted, that is not plainly words, a path or an address; and
 * passwords in addresses.
 */
export function secretsOf(environment: Environment, projectVariables: Environment): string[] {
  const named = Object.entries(environment).flatMap(([name, value = '']) =>
    namesSecret(name, value) && !PLACE_NAME.test(name) && value.length >= MIN_SECRET_LENGTH ? [value] : [],
  )
  const kept = Object.values(projectVariables).flatMap((value = '') =>
    value.length >= MIN_VARIABLE_LENGTH && !isPlain(value) ? [value] : [],
  )
  const inAddresses = [environment, projectVariables].flatMap((set) =>
    Object.values(set).flatMap((value = '') => passwordsOf(value)),
  )
  return [...new Set([...named, ...kept, ...inAddresses])].filter((value) => !SMALL_NUMBER.test(value))
}
