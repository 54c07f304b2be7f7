import { type Place, privateKeysIn } from './private-keys'
import { REDACTED } from './redactor'
import { literally, SECRET_SHAPES, wholeShape } from './secret-shapes'
import { spelledLines } from './spellings'

/** Takes secrets out of a text that is there as a whole. Applied again it changes nothing. */
export type RedactText = (text: string) => string

export type FindSecrets = (text: string) => Place[]

/** Those shapes whose rest is a run of characters: one group each, then how far the rest of each may run. */
const RUNNING = SECRET_SHAPES.flatMap((shape) =>
  'of' in shape.rest ? [{ whole: wholeShape(shape), of: shape.rest.of }] : [],
)
const BEGINS_RUN = new RegExp(RUNNING.map(({ whole }) => `(${whole})`).join('|'), 'g')

/** Every match, those that begin within another one included. */
function* overlapping(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    yield match
    pattern.lastIndex = match.index + 1
  }
}

/** What looks like a secret. A run of characters is followed once, however many begin in it. */
function shapesIn(text: string): Place[] {
  const found: Place[] = []
  const runsTo = new Map<string, number>()
  for (const match of overlapping(BEGINS_RUN, text)) {
    const { of = '' } = RUNNING[match.indexOf(match[0], 1) - 1] ?? {}
    const begins = match.index + match[0].length
    let to = runsTo.get(of) ?? 0
    if (to < begins) {
      const run = new RegExp(`${of}*`, 'y')
      run.lastIndex = begins
      to = begins + (run.exec(text)?.[0].length ?? 0)
      runsTo.set(of, to)
    }
    found.push({ from: match.index, to })
  }
  return found
}

const placeOf = ({ index, 0: { length } }: RegExpExecArray): Place => ({ from: index, to: index + length })

/** Finds what the redactor would hide, for who must keep everything else in its place. Secrets that overlap are one. */
export function createSecretFinder(values: readonly string[]): FindSecrets {
  // Of two that begin alike the longer one is meant.
  const spellings = spelledLines(values).sort((a, b) => b.length - a.length)
  const known = spellings.length === 0 ? null : new RegExp(spellings.map(literally).join('|'), 'g')
  return (text) => {
    const valuesIn = known === null ? [] : [...overlapping(known, text)].map(placeOf)
    const places = [...valuesIn, ...shapesIn(text), ...privateKeysIn(text)].sort((a, b) => a.from - b.from)
    const merged: Place[] = []
    for (const place of places) {
      const last = merged.at(-1)
      if (last && place.from < last.to) last.to = Math.max(last.to, place.to)
      else merged.push(place)
    }
    return merged
  }
}

/** Hides `values` and everything that looks like a secret (SECRET_SHAPES). */
export function createTextRedactor(values: readonly string[]): RedactText {
  const find = createSecretFinder(values)
  return (text) => {
    let shown = ''
    let at = 0
    for (const { from, to } of find(text)) {
      shown += text.slice(at, from) + REDACTED
      at = to
    }
    return at === 0 ? text : shown + text.slice(at)
  }
}

const isPlain = (part: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(part))

/** Names that a program gives its members: a secret that is a word must not change what is meant. */
const MEMBER_NAME = /^[a-z]{1,24}(?:[A-Z][a-z]{0,23}){0,4}$/

/** The same for every text in a value of JSON, names of members included that are no words. */
export function redactJson<Value>(value: Value, redact: RedactText): Value {
  const within = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part)
    if (Array.isArray(part)) return part.map(within)
    // A date, for one, becomes text by itself.
    if (typeof part !== 'object' || part === null || !isPlain(part)) return part
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [MEMBER_NAME.test(name) ? name : redact(name), within(member)]),
    )
  }
  return within(value) as Value
}
