import { describe, expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { createEmulator } from './emulator'
import { createUnfinished } from './unfinished'

const left = (text: string | Uint8Array): string => {
  const unfinished = createUnfinished()
  unfinished.take(Buffer.from(text))
  return Buffer.from(unfinished.bytes()).toString('latin1')
}

describe('what is not complete', () => {
  const cases: [string, string | Uint8Array, string][] = [
    ['nothing after text', 'plain', ''],
    ['nothing after a complete sequence', 'a\x1b[31mb', ''],
    ['a lone escape', 'a\x1b', '\x1b'],
    ['a sequence without its end', 'a\x1b[31;4', '\x1b[31;4'],
    ['a designation without its set', '\x1b(', '\x1b('],
    ['a title without its end', 'x\x1b]0;ti', '\x1b]0;ti'],
    ['the end of a string, half', 'x\x1b]0;ti\x1b', '\x1b'],
    ['nothing after BEL ends a title', 'x\x1b]0;ti\x07', ''],
    ['a device string that BEL does not end', '\x1bPq\x07', '\x1bPq\x07'],
    ['a sequence begun anew', '\x1b[3\x1b[4', '\x1b[4'],
    ['nothing after CAN', '\x1b[3\x18', ''],
    ['no control inside a sequence, which has had its effect', '\x1b[3\n1', '\x1b[31'],
    ['the first byte of two', Uint8Array.of(0x61, 0xc3), '\xc3'],
    ['three bytes of four', Uint8Array.of(0xf0, 0x9f, 0x91), '\xf0\x9f\x91'],
    ['nothing of a broken character', Uint8Array.of(0xe6, 0x97, 0x41), ''],
    ['a C1 introducer', Uint8Array.of(0xc2, 0x9b, 0x33), '\xc2\x9b3'],
    ['a C1 end of a string', Buffer.from('\x1b]0;t\u009c'), ''],
  ]
  it.each(cases)('is %s', (_name, text, expected) => expect(left(text)).toBe(expected))

  it('is the same wherever the stream is cut', () => {
    for (const [, text, expected] of cases) {
      const bytes = Buffer.from(text)
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const unfinished = createUnfinished()
        unfinished.take(bytes.subarray(0, cut))
        unfinished.take(bytes.subarray(cut))
        expect(Buffer.from(unfinished.bytes()).toString('latin1')).toBe(expected)
      }
    }
  })

  it('stays bounded, and hides the rest of an image', async () => {
    const image = `\x1bPq${'#'.repeat(200_000)}`
    expect(left(image).length).toBeLessThan(100)
    const terminal = createViewerTerminal(20, 3)
    terminal.write(Buffer.from(`${left(image)}${'~'.repeat(100)}\x1b\\after`, 'latin1'))
    await parsed(terminal)
    expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('after')
  })
})

it('lets a viewer come at every offset of a stream, in the middle of characters and sequences', async () => {
  const stream = Buffer.from(
    'ab\x1b[31mröt\x1b[0;1m日本“👍”👩‍💻e\u0301\x1b]8;;http://a.example/ü\x07l\x1b]8;;\x07\x1b[3;9r\x1b]0;tïtle\x1b\\x\x1b[?1049h\x1b[2;3Hfull\x1bP1$r0m\x1b\\y\x1b(0qx\x1b(B\u009b4mc1\x1b[?1049l end',
  )
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const emulator = createEmulator(20, 4, () => {})
    await emulator.write(stream.subarray(0, cut), true)
    const [stays, comes] = [createViewerTerminal(20, 4), createViewerTerminal(20, 4)]
    stays.write(stream)
    comes.write(emulator.snapshot().data)
    comes.write(stream.subarray(cut))
    await Promise.all([parsed(stays), parsed(comes)])
    expect(terminalFacts(comes), `cut at ${cut}`).toEqual(terminalFacts(stays))
  }
}, 60_000)
