import { expect, it } from 'vitest'
import { storableJson } from './storable-json'

it('keeps everything but what Postgres cannot keep', () => {
  const value = { a: ['x\0y', 1, null, { 'k\ud800': '\\u0000 😀' }], b: true }
  expect(storableJson(value)).toEqual({ a: ['x\ufffdy', 1, null, { 'k\ufffd': '\\u0000 😀' }], b: true })
})
