import { describe, expect, it } from 'vitest'
import { createPlainTextStream } from './plain-text-stream'

const SAMPLES: [string, string][] = [
  ['plain\ttext\n', 'plain\ttext\n'],
  ['\x1b[1;31mred\x1b[m\x1b[?25l', 'red'],
  ['a\r\nb\r\r\nc', 'a\nb\n\nc'],
  ['10%\r20%\r\n', '10%\n20%\n'],
  ['\x1b]0;title\x07x\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'xlink'],
  ['\x1bPq#0;sixel\x1b\\y\x1b_Gkitty\x1b\\z', 'yz'],
  ['\x1b(B\x1b7\x1b=k', 'k'],
  ['\u009b31mred\u009d0;t\u009cx\u0085', 'redx'],
  ['a\x1b[1Cb\x1b[3Cc\x1b[20Gd', 'a b   c d'],
  ['up\x1b[2Aabove\x1b[5;1Hthere', 'up\nabove\nthere'],
  ['\x1b[31\x18ok', 'ok'],
  ['\x1b]0;a\x1b[31mb', 'b'],
  ['wörld 😀 日本\x08\x00', 'wörld 😀 日本'],
]

describe('plain text stream', () => {
  it.each(SAMPLES)('%j', (raw, plain) => {
    const bytes = Buffer.from(raw)
    for (let cut = 0; cut <= bytes.length; cut++) {
      const stream = createPlainTextStream()
      expect(stream.push(bytes.subarray(0, cut)) + stream.push(bytes.subarray(cut))).toBe(plain)
    }
  })
})
