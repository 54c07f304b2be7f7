import { expect, it } from 'vitest'
import { isAllowedHost, isAllowedOrigin } from './allowed-hosts'

const bound = { host: '127.0.0.1', port: 7717 }

it.each(['127.0.0.1:7717', 'localhost:7717', '[::1]:7717'])('allows %s', (host) => {
  expect(isAllowedHost(host, bound)).toBe(true)
  expect(isAllowedOrigin(`http://${host}`, bound)).toBe(true)
})

it.each([
  'evil.com',
  'evil.com:7717',
  '127.0.0.1.evil.com:7717',
  'localhost:7718',
  'localhost',
  '127.0.0.1:77170',
  'user@localhost:7717',
  '',
])('refuses %s', (host) => {
  expect(isAllowedHost(host, bound)).toBe(false)
  expect(isAllowedOrigin(`http://${host}`, bound)).toBe(false)
})

it('refuses a missing Host, and origins of another scheme or none', () => {
  expect(isAllowedHost(undefined, bound)).toBe(false)
  for (const origin of [
    'null',
    'https://localhost:7717',
    'file://',
    'http://localhost:7717/',
    'HTTP://LOCALHOST:7717',
  ]) {
    expect(isAllowedOrigin(origin, bound)).toBe(false)
  }
})
