import { expect, it } from 'vitest'
import { mayBecomeUser } from './judge-new-user'

const identity = (email: string | null, emailVerified = true) => ({
  issuer: 'https://issuer.example',
  subject: '1234',
  email,
  emailVerified,
  name: null,
})

it.each([
  ['ada@example.com', ['ada@example.com']],
  ['Ada@Example.com', ['ADA@example.COM']],
  ['ada@example.com', ['x@y.z', '@example.com']],
  [null, ['sub:1234']],
])('lets %s in by %j', (email, allowed) => expect(mayBecomeUser(identity(email), allowed)).toBe(true))

it.each([
  ['ada@example.com', []],
  ['ada@example.com', ['eve@example.com']],
  ['ada@evil-example.com', ['@example.com']],
  ['ada@example.com.evil.org', ['@example.com']],
  ['ada@evil.org@example.com.evil.org', ['@example.com']],
  [null, ['@example.com', 'sub:12345', 'sub:']],
])('keeps %s out with %j', (email, allowed) => expect(mayBecomeUser(identity(email), allowed)).toBe(false))

it('believes no address that the provider has not verified', () => {
  expect(mayBecomeUser(identity('ada@example.com', false), ['ada@example.com', '@example.com'])).toBe(false)
})
