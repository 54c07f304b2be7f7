/** As many characters of a class as are needed to tell, and as many as there may be where more of the shape follows. */
interface Run {
  of: string
  min: number
  max: number
}

/** What a kind of secret looks like, in ASCII: enough of its beginning to know it by, and what the rest consists of. */
export interface SecretShape {
  parts: readonly (string | Run)[]
  /** Characters that belong to it after that; or the text it goes on to. */
  rest: { of: string } | { until: RegExp }
}

const exactly = (count: number, of: string): Run => ({ of, min: count, max: count })
const between = (min: number, max: number, of: string): Run => ({ of, min, max })

const LETTERS = '[A-Za-z0-9]'
const WORD = '[A-Za-z0-9_-]'
const TOKEN = '[A-Za-z0-9._~+/=-]'

const startingWith = (prefix: string, count: number, of: string): SecretShape => ({
  parts: [prefix, exactly(count, of)],
  rest: { of },
})

/** Secrets that are known by their looks, whoever issued them. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  startingWith('sk-ant-', 16, WORD),
  startingWith('sk-proj-', 16, WORD),
  startingWith('sk-svcacct-', 16, WORD),
  startingWith('sk-admin-', 16, WORD),
  // Older keys of OpenAI have its name in their middle.
  { parts: ['sk-', exactly(20, LETTERS), 'T3BlbkFJ', exactly(20, LETTERS)], rest: { of: LETTERS } },
  startingWith('sk_live_', 16, LETTERS),
  startingWith('rk_live_', 16, LETTERS),
  startingWith('hf_', 30, LETTERS),
  { parts: ['gh', exactly(1, '[pousr]'), '_', exactly(30, LETTERS)], rest: { of: LETTERS } },
  startingWith('github_pat_', 22, '[A-Za-z0-9_]'),
  startingWith('glpat-', 20, WORD),
  startingWith('npm_', 36, LETTERS),
  startingWith('AKIA', 16, '[A-Z0-9]'),
  startingWith('ASIA', 16, '[A-Z0-9]'),
  startingWith('AIza', 35, WORD),
  startingWith('whsec_', 32, '[A-Za-z0-9+/=]'),
  // Our own: tokens, cookies, codes and tickets (server/core/token.ts).
  { parts: ['sv', exactly(1, '[a-z]'), '_', exactly(43, WORD)], rest: { of: WORD } },
  startingWith('xapp-', 10, WORD),
  { parts: ['xox', exactly(1, '[abprs]'), '-', exactly(10, WORD)], rest: { of: WORD } },
  // A JSON Web Token: the beginnings of its header and of its claims are always the same. From the last beginning of the
  // header on (one may hold a key, in JSON too, and is no secret): looked for from each, a text of them would take minutes.
  { parts: ['eyJ', between(0, 512, `(?:(?!eyJ)${WORD})`), '.eyJ', exactly(8, WORD)], rest: { of: '[A-Za-z0-9_.-]' } },
  { parts: [exactly(1, '[Bb]'), 'earer ', exactly(20, TOKEN)], rest: { of: TOKEN } },
  {
    parts: ['-----BEGIN ', between(0, 24, '[A-Z0-9 ]'), 'PRIVATE KEY-----'],
    rest: { until: /-----END [A-Z0-9 ]{0,24}PRIVATE KEY-----/g },
  },
]

const LITERAL_SPECIALS = /[.*+?^${}()|[\]\\/-]/g

/** A text as a regular expression that matches it. */
export const literally = (text: string): string => text.replace(LITERAL_SPECIALS, '\\$&')

/** A regular expression for the whole shape. */
export const wholeShape = ({ parts }: SecretShape): string =>
  parts.map((part) => (typeof part === 'string' ? literally(part) : `${part.of}{${part.min},${part.max}}`)).join('')

/** A regular expression for every beginning of the shape, the empty one included. */
export function beginningOfShape({ parts }: SecretShape): string {
  const atoms = parts.flatMap((part): (string | Run)[] => (typeof part === 'string' ? [...part] : [part]))
  return atoms.reduceRight<string>(
    (after, atom) =>
      typeof atom === 'string'
        ? `(?:${literally(atom)}${after})?`
        : `(?:${atom.of}{${atom.min},${atom.max}}${after}|${atom.of}{0,${atom.max}})`,
    '',
  )
}

/** Length of the longest beginning that is still undecided. */
export const longestBeginning = ({ parts }: SecretShape): number =>
  parts.reduce((length, part) => length + (typeof part === 'string' ? part.length : part.max), 0)
