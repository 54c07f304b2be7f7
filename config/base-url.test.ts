import { expect, it } from 'vitest'
import { baseUrl } from './base-url'

it.each([
  ['127.0.0.1', 7717, 'http://127.0.0.1:7717'],
  ['::1', 7717, 'http://[::1]:7717'],
  ['localhost', 80, 'http://localhost'],
])('%s %d -> %s', (host, port, url) => {
  expect(baseUrl(host, port)).toBe(url)
})
