import { expect, it } from 'vitest'
import { joinRead, keepRead } from './output-slab'

const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, at) => (from + at) % 251)

it('keeps what was read, and joins it without a copy while it lies together', () => {
  const read = numbered(0, 100)
  const first = keepRead(read)
  read.fill(0)
  const second = keepRead(numbered(100, 50))
  const joined = joinRead([first, second])
  expect([...joined]).toEqual([...numbered(0, 150)])
  expect([joined.buffer === first.buffer, joined.byteOffset]).toEqual([true, first.byteOffset])
})

it('joins what lies apart by copying: other chunks between, another slab, another order', () => {
  const first = keepRead(numbered(0, 10))
  const between = keepRead(numbered(10, 10))
  const last = keepRead(numbered(20, 10))
  expect([...joinRead([first, last])]).toEqual([...numbered(0, 10), ...numbered(20, 10)])
  expect([...joinRead([last, between, first])]).toEqual([...last, ...between, ...first])
  const chunks = Array.from({ length: 200 }, (_, at) => keepRead(numbered(at * 4_000, 4_000)))
  expect(joinRead(chunks).equals(numbered(0, 800_000))).toBe(true)
  expect(joinRead([])).toHaveLength(0)
  expect(keepRead(numbered(0, 1_000_000)).equals(numbered(0, 1_000_000))).toBe(true)
})
