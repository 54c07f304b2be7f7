import { expect, it } from 'vitest'
import { createBackoff } from './backoff'
import { parseDaemonAddress } from './daemon-address'

it('doubles up to its cap and starts over', () => {
  const backoff = createBackoff(() => 1)
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  backoff.reset()
  expect(backoff.next()).toBe(100)
  expect(createBackoff(() => 0).next()).toBe(50)
})

it('reads addresses', () => {
  expect(parseDaemonAddress('unix:/run/d.sock')).toEqual({ kind: 'unix', path: '/run/d.sock' })
  expect(parseDaemonAddress('https://host:7717/x')).toEqual({ kind: 'url', url: 'https://host:7717' })
  for (const bad of ['unix:relative', 'ftp://host', 'nonsense', '']) expect(parseDaemonAddress(bad)).toBeNull()
})
