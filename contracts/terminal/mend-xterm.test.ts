import { describe, expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'

async function factsOf(parts: readonly Uint8Array[]): Promise<string[]> {
  const terminal = createViewerTerminal(40, 4)
  for (const part of parts) terminal.write(part)
  await parsed(terminal)
  const facts = terminalFacts(terminal)
  terminal.dispose()
  return facts
}

describe('a mended terminal', () => {
  // Every second byte of 0x80 is one that xterm.js loses; two that are broken are dropped the same everywhere.
  const text = Buffer.from('ü“q” — ‼ 👩‍💻 日\u1000𐀀\u{1f000}')
  const broken = Buffer.concat([
    Buffer.from('a“').subarray(0, 3),
    Buffer.from('b'),
    Uint8Array.of(0xf0, 0x90, 0x80, 0x0a),
  ])

  it.each([
    ['whole characters', text],
    ['cut ones', broken],
  ])('reads %s the same, in up to three parts cut anywhere', async (_name, bytes) => {
    const whole = await factsOf([bytes])
    for (let first = 0; first <= bytes.length; first += 1)
      for (let second = first; second <= bytes.length; second += 1) {
        const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)]
        expect(await factsOf(parts), `cut at ${first} and ${second}`).toEqual(whole)
      }
  })

  it('shows each of them', async () => {
    const cells = (await factsOf([...text].map((byte) => Uint8Array.of(byte)))).find((fact) =>
      fact.startsWith('normal 0'),
    )
    expect(cells).toContain('ü“q” — ‼ 👩‍~💻~ 日~\u1000𐀀\u{1f000}')
  })

  it('forgets half a character when it is reset', async () => {
    const terminal = createViewerTerminal(40, 4)
    terminal.write(Buffer.from('“').subarray(0, 2))
    await parsed(terminal)
    terminal.reset()
    terminal.write('x')
    terminal.write(Buffer.from('y'))
    await parsed(terminal)
    expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('xy')
  })
})
