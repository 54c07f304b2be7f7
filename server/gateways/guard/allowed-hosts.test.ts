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

const published = { ...bound, publicUrl: 'https://phone.example/stratavore' }

it('allows the public address, exactly, and still its own names', () => {
  expect(isAllowedHost('phone.example', published)).toBe(true)
  expect(isAllowedOrigin('https://phone.example', published)).toBe(true)
  expect(isAllowedHost('127.0.0.1:7717', published)).toBe(true)
  expect(isAllowedOrigin('http://127.0.0.1:7717', published)).toBe(true)
  expect(isAllowedHost('phone.example:8443', { ...bound, publicUrl: 'https://phone.example:8443' })).toBe(true)
})

it.each([
  'phone.example:7717',
  'phone.example.evil.com',
  'evil.phone.example',
  'phone.example:443',
  'PHONE.EXAMPLE',
  '',
])('refuses %s, which only looks like the public address', (host) => {
  expect(isAllowedHost(host, published)).toBe(false)
  expect(isAllowedOrigin(`https://${host}`, published)).toBe(false)
})

it('refuses the public host with another scheme as an origin, and everything public when none is set', () => {
  expect(isAllowedOrigin('http://phone.example', published)).toBe(false)
  expect(isAllowedOrigin('https://127.0.0.1:7717', published)).toBe(false)
  expect(isAllowedHost('phone.example', bound)).toBe(false)
  expect(isAllowedOrigin('https://phone.example', bound)).toBe(false)
})

it('over TLS takes https origins of its names and no plain ones', () => {
  expect(isAllowedOrigin('https://127.0.0.1:7717', bound, true)).toBe(true)
  expect(isAllowedOrigin('http://127.0.0.1:7717', bound, true)).toBe(false)
  expect(isAllowedHost('localhost', { host: '127.0.0.1', port: 443 }, true)).toBe(true)
  expect(isAllowedHost('localhost', { host: '127.0.0.1', port: 443 }, false)).toBe(false)
})

it('is not asked for as "all addresses"', () => {
  for (const host of ['0.0.0.0', '::']) {
    const everywhere = { host, port: 7717, publicUrl: 'https://me.example' }
    expect(isAllowedHost('0.0.0.0:7717', everywhere)).toBe(false)
    expect(isAllowedHost('[::]:7717', everywhere)).toBe(false)
    expect(isAllowedHost('me.example', everywhere)).toBe(true)
    expect(isAllowedHost('localhost:7717', everywhere)).toBe(true)
  }
})
