import { describe, expect, it } from 'vitest'
import { createSettledLines } from './settled-lines'

/** What is printed of these pieces, with a pause after each. */
async function printed(pieces: readonly string[], size = { cols: 20, rows: 5 }): Promise<string> {
  const lines = createSettledLines(size)
  let text = ''
  for (const piece of pieces) {
    text += await lines.push(Buffer.from(piece))
    text += lines.rest(false)
  }
  return text + lines.rest(true)
}

const SAMPLES: [string, string[], string][] = [
  ['plain lines', ['one\r\ntwo\r\n'], 'one\ntwo\n'],
  ['a last line without an end', ['one\r\ntwo'], 'one\ntwo\n'],
  ['colours and titles', ['\x1b[1;31mred\x1b[m\x1b]0;title\x07 wörld 日本\r\n'], 'red wörld 日本\n'],
  ['a line that is drawn over itself', ['10%\r', '20%\r', '100%\r\ndone\r\n'], '100%\ndone\n'],
  ['words set apart by the cursor', ['a\x1b[1Cb\x1b[3Cc\r\n'], 'a b   c\n'],
  ['lines longer than the screen is wide', [`${'x'.repeat(45)}\r\nend\r\n`], `${'x'.repeat(45)}\nend\n`],
  [
    'a spinner above a prompt',
    ['head\r\n- work\r\n> ', '\x1b[1A\r+ work\x1b[1B', '\x1b[1A\r* done\x1b[1B'],
    'head\n- work\n+ work\n* done\n> \n',
  ],
  [
    'pictures two columns wide, where the line breaks too',
    [`${'👍'.repeat(10)}ab\r\n12\x1b[1G👍x\r\n`],
    `${'👍'.repeat(10)}ab\n👍x\n`,
  ],
  ['a screen that was cleared', ['one\r\n', '\x1b[H\x1b[2J\x1b[3Jtwo\r\n'], 'one\ntwo\n'],
  [
    'a program that takes the whole screen',
    ['before\r\n', '\x1b[?1049h\x1b[Hfull', '\x1b[?1049lafter\r\n'],
    'before\nafter\n',
  ],
]

describe('settled lines', () => {
  it.each(SAMPLES)('%s', async (_name, pieces, text) => {
    expect(await printed(pieces)).toBe(text)
  })

  it('shows a redrawn line once when nothing pauses in between', async () => {
    const frames = Array.from({ length: 100 }, (_, frame) => `\r\x1b[K⠋ working ${frame}s`).join('')
    expect(await printed([`start\r\n${frames}\r\x1b[Kdone\r\n`])).toBe('start\ndone\n')
  })

  it('loses no line of a flood, however it is cut', async () => {
    const whole = Buffer.from(Array.from({ length: 30_000 }, (_, line) => `line ${line}\r\n`).join(''))
    const expected = whole.toString().replaceAll('\r', '')
    for (const step of [whole.length, 70_001]) {
      const lines = createSettledLines({ cols: 40, rows: 10 })
      let text = ''
      for (let at = 0; at < whole.length; at += step) text += await lines.push(whole.subarray(at, at + step))
      expect(text + lines.rest(true)).toBe(expected)
    }
    const short = Buffer.from('\n'.repeat(20_000))
    const lines = createSettledLines({ cols: 40, rows: 10 })
    const text = await lines.push(short)
    expect(text.length).toBe(20_000 - 9)
  })
})
