import { Terminal } from '@xterm/headless'
import { describe, expect, it } from 'vitest'
import { silenceReplies } from './silence-replies'

/** Everything `output` makes an emulator of the same core send back. */
async function repliesTo(output: string, silent: boolean): Promise<string> {
  const terminal = new Terminal({ cols: 80, rows: 24, allowProposedApi: true })
  let replies = ''
  terminal.onData((data) => {
    replies += data
  })
  if (silent) silenceReplies(terminal)
  await new Promise<void>((done) => terminal.write(output, done))
  terminal.dispose()
  return replies
}

const QUERIES = {
  DA1: '\x1b[c',
  DA2: '\x1b[>c',
  'status report': '\x1b[5n',
  'cursor position': '\x1b[6n',
  'cursor position (DEC)': '\x1b[?6n',
  'ANSI mode': '\x1b[4$p',
  'DEC mode': '\x1b[?2004$p',
  DECRQSS: '\x1bP$qm\x1b\\',
}

describe('silenceReplies', () => {
  for (const [name, query] of Object.entries(QUERIES)) {
    it(`answers no ${name}, which the emulator otherwise does`, async () => {
      expect(await repliesTo(query, false)).not.toBe('')
      expect(await repliesTo(query, true)).toBe('')
    })
  }

  it('answers none of the others either', async () => {
    const others = ['\x1b[=c', '\x1b[>q', '\x1b[?u', '\x1b[18t', '\x1b[14t', '\x1b]11;?\x07', '\x1b]4;1;?\x07']
    expect(await repliesTo(others.join(''), true)).toBe('')
  })

  it('leaves what draws alone', async () => {
    const terminal = new Terminal({ cols: 20, rows: 3, allowProposedApi: true })
    silenceReplies(terminal)
    await new Promise<void>((done) => terminal.write('\x1b]11;#102030\x07\x1b[22;0t\x1b[2;3Hhere', done))
    expect(terminal.buffer.active.getLine(1)?.translateToString(true)).toBe('  here')
  })
})
