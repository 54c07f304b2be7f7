import { REDACTED } from './redactor'
import { literally, SECRET_SHAPES, wholeShape } from './secret-shapes'

/** Takes secrets out of a text that is there as a whole. Applied again it changes nothing. */
export type RedactText = (text: string) => string

/** Lines of a value shorter than this are too common to be taken for secrets. */
const MIN_VALUE_LENGTH = 6
/** More values than anybody has; more cost time with every text. */
const MAX_VALUES = 2_000

/**
 * A private key, as much of one as there is: its first line and what can be its body. Only that: whoever approves a
 * command must see what follows a line that merely looks like the beginning of a key. In JSON its lines end in `\\n`.
 */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY-----(?:(?:Proc-Type|DEK-Info): ?[\w,-]{1,80}|[A-Za-z0-9+/=]|\\[rn]|[\r\n])*(?:-----END [A-Z0-9 ]{0,24}PRIVATE KEY-----)?/
    .source

const SHAPES = [
  PRIVATE_KEY,
  ...SECRET_SHAPES.flatMap((shape) => ('of' in shape.rest ? [`${wholeShape(shape)}${shape.rest.of}*`] : [])),
].join('|')

/** How a value may stand in texts: as it is, in JSON, in an address; by line, since who prints it may indent it. */
function spellingsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).filter((line) => line.trim().length >= MIN_VALUE_LENGTH)
  return lines.flatMap((line) => [line, JSON.stringify(line).slice(1, -1), encodeURIComponent(line.toWellFormed())])
}

/** Where in a text a secret stands, in UTF-16 code units. */
export type FindSecrets = (text: string) => { from: number; to: number }[]

function secretsIn(values: readonly string[]): RegExp {
  // Of two that begin alike the longer one is meant.
  const spellings = [...new Set(values.flatMap(spellingsOf))].sort((a, b) => b.length - a.length)
  return new RegExp([...spellings.slice(0, MAX_VALUES).map(literally), SHAPES].join('|'), 'g')
}

/** Hides `values` and everything that looks like a secret (SECRET_SHAPES). */
export function createTextRedactor(values: readonly string[]): RedactText {
  const secrets = secretsIn(values)
  return (text) => text.replace(secrets, REDACTED)
}

/** Finds what the redactor would hide, for who must keep everything else in its place. */
export function createSecretFinder(values: readonly string[]): FindSecrets {
  const secrets = secretsIn(values)
  return (text) => [...text.matchAll(secrets)].map(({ 0: { length }, index }) => ({ from: index, to: index + length }))
}

const isPlain = (part: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(part))

/** The same for every text in a value of JSON, names of members included. */
export function redactJson<Value>(value: Value, redact: RedactText): Value {
  const within = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part)
    if (Array.isArray(part)) return part.map(within)
    // A date, for one, becomes text by itself.
    if (typeof part !== 'object' || part === null || !isPlain(part)) return part
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [redact(name), within(member)]))
  }
  return within(value) as Value
}
