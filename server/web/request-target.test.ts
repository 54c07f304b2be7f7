import { expect, it } from 'vitest'
import { requestTarget } from './request-target'

it.each([
  ['/', '/'],
  ['/login?code=x', '/login'],
  ['/a/../login', '/login'],
  ['/a/%2e%2e/login', '/login'],
  ['/a%2f..%2flogin', '/a%2f..%2flogin'],
  ['/%', '/%'],
])('reads %s as %s', (line, path) => {
  expect(requestTarget(line)?.pathname).toBe(path)
})

it.each([undefined, '', '*', '//', '//evil/login', '/\\evil/login', 'http://evil/login', 'evil:1', '/a\\b'])(
  'does not guess what %s means',
  (line) => {
    expect(requestTarget(line)).toBeNull()
  },
)
