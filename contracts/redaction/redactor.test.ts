import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, MAX_HELD_BYTES, REDACTED } from './redactor'

const bytes = (text: string): string => Buffer.from(text).toString('latin1')

const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r`
const pem = `-----BEGIN RSA PRIVATE KEY-----\r\n${'MIIEow+/abc\r\n'.repeat(30)}-----END RSA PRIVATE KEY-----`
const SHAPED = [
  'sk-ant-api03-AbCdEfGh_1234-567890xyz',
  `ghp_${'a1B2'.repeat(9)}`,
  `github_pat_${'11AAAAAAA0'.repeat(4)}`,
  'AKIAIOSFODNN7EXAMPLE',
  jwt,
  'Bearer abcdefghijklmnopqrstuvwxyz.012345',
  pem,
]
const KNOWN = ['hunter2hunter2', 'päßwörd-ünïcode', 'abcabcabd', 'abcabc', 'x'.repeat(1200), 'sk-/a&b "c']
const OVERLAPPING = ['abcdef-123456', '123456-uvwxyz']
const SECRETS = [...SHAPED, ...KNOWN]

/** Text in which secrets, their beginnings and terminal sequences stand close together. */
const part = fc.oneof(
  fc.constantFrom(...SECRETS),
  fc.constantFrom(...SECRETS).chain((secret) => fc.nat(secret.length).map((end) => secret.slice(0, end))),
  fc.constantFrom('\x1b[31m', '\r\n', ' ', 'abc', 'é', '日', 'sk-', '-----', '.'),
  fc.string({ maxLength: 8 }),
)
const text = fc.array(part, { maxLength: 12 }).map((parts) => bytes(parts.join('')))
const cuts = fc.array(fc.nat(400), { maxLength: 40 })

function cutAt(whole: string, sizes: readonly number[]): string[] {
  const chunks: string[] = []
  let rest = whole
  for (const size of sizes) {
    chunks.push(rest.slice(0, size))
    rest = rest.slice(size)
  }
  return [...chunks, rest]
}

const redacted = (chunks: readonly string[], flushAfter: (index: number) => boolean = () => false): string => {
  const redactor = createRedactor(KNOWN)
  let out = ''
  chunks.forEach((chunk, index) => {
    out += redactor.push(chunk)
    expect(redactor.held()).toBeLessThanOrEqual(MAX_HELD_BYTES)
    if (flushAfter(index)) out += redactor.flush()
  })
  return out + redactor.flush()
}

describe('a redactor', () => {
  it.each(SECRETS.map((secret) => [secret.slice(0, 20), secret]))('hides %s, cut anywhere', (_name, secret) => {
    const whole = bytes(`before ${secret} after`)
    for (let at = 0; at <= whole.length; at += whole.length > 300 ? 7 : 1) {
      const shown = redacted(cutAt(whole, [at]))
      expect(shown.replaceAll(REDACTED, '')).toBe('before  after')
    }
  })

  it.each([
    'p@ss/w&rd"é',
    'p@ss/w&rd\\"é',
    'p@ss/w\\u0026rd\\"é',
    'p%40ss%2Fw%26rd%22%C3%A9',
    'p%40ss%2Fw&rd%22%C3%A9',
    'p%40ss%2fw%26rd%22%c3%a9',
  ])('hides a value however it is escaped, cut anywhere: %s', (spelling) => {
    const whole = bytes(`a ${spelling} b`)
    for (let at = 0; at <= whole.length; at += 1) {
      const redactor = createRedactor(['p@ss/w&rd"é'])
      const shown = cutAt(whole, [at]).map(redactor.push).join('') + redactor.flush()
      expect(shown).toBe(`a ${REDACTED} b`)
    }
  })

  it.each([
    ['two known values', 'abcdef-123456-uvwxyz'],
    ['a shape and a value that begins in its rest', `Bearer ${'tok3n.'.repeat(9)}uvwxyzsk-ant!`],
    ['a shape and a value that begins in what it is known by', 'Bearer abcdefghijabcdef-123456'],
    ['a shape, one within it, and a value', `Bearer ${'x'.repeat(30)}sk-ant-${'aB3_'.repeat(8)}uvwxyzsk-ant!`],
    ['a long shape and two values', `Bearer ${'0aZ.'.repeat(300)}abcdef-123456-uvwxyzsk-ant!`],
    ['a known value and a shape', `abcdef-123456-uvwxyzsk-ant-${'aB3_'.repeat(8)}`],
  ])('hides secrets that overlap, cut anywhere: %s', (_what, secret) => {
    const whole = bytes(`a ${secret} b`)
    for (let at = 0; at <= whole.length; at += whole.length > 300 ? 7 : 1) {
      const hidden: [number, number][] = []
      const redactor = createRedactor([...OVERLAPPING, 'uvwxyzsk-ant', 'uvwxyzsk-ant!'], (from, to) =>
        hidden.push([from, to]),
      )
      const shown = cutAt(whole, [at]).map(redactor.push).join('') + redactor.flush()
      expect(shown.replaceAll(REDACTED, '')).toBe('a  b')
      const bytesHidden = hidden.reduce((sum, [from, to]) => sum + to - from, 0)
      expect(bytesHidden, 'each byte is told of once').toBe(secret.length)
    }
  })

  it('takes no second for 1 MB of what could be beginnings of tokens', () => {
    const redactor = createRedactor(KNOWN)
    const chunk = bytes('eyJ'.repeat(5_000))
    const { user } = process.cpuUsage()
    for (let at = 0; at < 1_000_000; at += chunk.length) redactor.push(chunk)
    redactor.flush()
    // Milliseconds of work are enough; without the bound it was about a second.
    expect((process.cpuUsage().user - user) / 1_000).toBeLessThan(500)
  })

  it('gives the same however the stream is cut', () => {
    fc.assert(
      fc.property(text, cuts, (whole, sizes) => {
        expect(redacted(cutAt(whole, sizes))).toBe(redacted([whole]))
      }),
      { numRuns: 500 },
    )
  })

  it('shows no secret whole, wherever it is cut and whenever it is flushed', () => {
    fc.assert(
      fc.property(text, cuts, fc.array(fc.boolean(), { minLength: 41, maxLength: 41 }), (whole, sizes, flushes) => {
        const shown = redacted(cutAt(whole, sizes), (index) => flushes[index] === true)
        for (const secret of KNOWN.slice(0, 4)) expect(shown).not.toContain(bytes(secret))
        for (const secret of SHAPED) expect(shown).not.toContain(bytes(secret))
      }),
      { numRuns: 500 },
    )
  })

  it('leaves everything else as it is', () => {
    const harmless = fc.array(fc.constantFrom('a', 'sk', '-', 'ghp', 'Bear', 'eyJ', '\x1b[0m', '\n', '\xe9', '7'), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(harmless, cuts, (parts, sizes) => {
        const whole = parts.join('')
        expect(redacted(cutAt(whole, sizes))).toBe(whole)
      }),
    )
  })

  it('hides no more than a bounded part of what never ends', () => {
    const whole = `-----BEGIN PRIVATE KEY-----${'z'.repeat(100_000)}`
    const shown = redacted([whole])
    expect(shown.startsWith(REDACTED)).toBe(true)
    expect(shown.length).toBeGreaterThan(80_000)
  })

  it('tells where what it hides stands in the stream, wherever that is cut', () => {
    fc.assert(
      fc.property(text, cuts, (whole, sizes) => {
        const masked = [...whole]
        const redactor = createRedactor(KNOWN, (from, to) => masked.fill('*', from, to))
        const shown = cutAt(whole, sizes).map(redactor.push).join('') + redactor.flush()
        // What is left of both is the same text.
        expect(masked.join('').replace(/\*+/g, '')).toBe(shown.replaceAll(REDACTED, '').replace(/\*+/g, ''))
      }),
      { numRuns: 300 },
    )
  })

  it('hides what follows of a secret whose beginning was let go', () => {
    const redactor = createRedactor([])
    const first = redactor.push('key: sk-ant-ap') + redactor.flush()
    const rest = redactor.push('i03-0123456789abcdef done') + redactor.flush()
    expect(first).toBe('key: sk-ant-ap')
    expect(rest).toBe(`${REDACTED} done`)
  })
})
