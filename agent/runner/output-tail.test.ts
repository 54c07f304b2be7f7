import { expect, it } from 'vitest'
import { createOutputTail } from './output-tail'

it('keeps the bytes from any offset until they are dropped', () => {
  const tail = createOutputTail()
  const all = Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 251))
  for (let at = 0; at < all.length; at += 777) tail.append(all.subarray(at, at + 777))
  expect([tail.start(), tail.end()]).toEqual([0, 40_000])
  expect(tail.from(12_345).equals(all.subarray(12_345))).toBe(true)
  expect(tail.from(40_000).length).toBe(0)
  tail.dropBefore(30_000)
  expect(tail.start()).toBeGreaterThan(20_000)
  expect(tail.start()).toBeLessThanOrEqual(30_000)
  expect(tail.from(30_000).equals(all.subarray(30_000))).toBe(true)
  tail.dropBefore(40_000)
  tail.append(Buffer.from('more'))
  expect(tail.from(40_000).toString()).toBe('more')
})
