import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTextRedactor, redactJson } from './redact-text'
import { REDACTED } from './redactor'

const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEow+/abc\n'.repeat(30)}-----END RSA PRIVATE KEY-----`
const SHAPED = [
  'sk-ant-api03-AbCdEfGh_1234-567890xyz',
  `ghp_${'a1B2'.repeat(9)}`,
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

describe('a text', () => {
  const redact = createTextRedactor(KNOWN)

  it.each(SHAPED.map((secret) => [secret.slice(0, 16), secret]))(
    'loses what looks like a secret: %s',
    (_name, secret) => {
      expect(redact(`before ${secret} after`)).toBe(`before ${REDACTED} after`)
    },
  )

  it.each(KNOWN)('loses a known value, as it is, in JSON and in an address: %s', (value) => {
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
      expect(redact(`a=${spelling}&b`)).toBe(`a=${REDACTED}&b`)
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

it('is taken out of every text in JSON, names included', () => {
  const redact = createTextRedactor(['hunter2hunter2'])
  const value = { command: 'curl -u me:hunter2hunter2', list: ['hunter2hunter2', 7, null], hunter2hunter2: true }
  expect(redactJson(value, redact)).toEqual({
    command: `curl -u me:${REDACTED}`,
    list: [REDACTED, 7, null],
    [REDACTED]: true,
  })
})
