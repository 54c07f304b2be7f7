import { expect, it } from 'vitest'
import { createFrameDecoder, encodeFrame } from './frames'

it('takes frames cut anywhere, and several at once', () => {
  const parts = [
    ...encodeFrame({ type: 'a', text: 'ü' }, Buffer.from([0, 255, 10])),
    ...encodeFrame({ type: 'b' }),
    ...encodeFrame({ type: 'c' }, Buffer.alloc(3000, 7)),
  ]
  const stream = Buffer.concat(parts)
  for (const step of [1, 7, 8, 9, 100, stream.length]) {
    const seen: [unknown, number][] = []
    const decode = createFrameDecoder(({ header, data }) => seen.push([header, data.length]))
    for (let at = 0; at < stream.length; at += step) decode(stream.subarray(at, at + step))
    expect(seen).toEqual([
      [{ type: 'a', text: 'ü' }, 3],
      [{ type: 'b' }, 0],
      [{ type: 'c' }, 3000],
    ])
  }
})

it('refuses a stream that cannot be one', () => {
  expect(() => createFrameDecoder(() => {})(Buffer.alloc(8, 255))).toThrow('broken frame')
})
