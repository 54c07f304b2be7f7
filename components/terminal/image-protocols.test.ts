import { Terminal } from '@xterm/headless'
import { describe, expect, it } from 'vitest'

/** Pictures that programs send in other terminals; this one shows none. */
const PICTURES = {
  sixel: '\x1bPq"1;1;2;6#0;2;0;0;0#0~~@@vv@@~~$-\x1b\\',
  'iTerm (OSC 1337)': `\x1b]1337;File=name=eA==;size=1234;inline=1:${'QUJD'.repeat(4000)}\x07`,
  'kitty (APC)': `\x1b_Ga=T,f=100,m=1;${'QUJD'.repeat(1000)}\x1b\\\x1b_Gm=0;QUJD\x1b\\`,
}

/** Rows that are not empty, and where the cursor is. */
async function shown(chunks: readonly string[]): Promise<unknown> {
  const terminal = new Terminal({ cols: 40, rows: 4, allowProposedApi: true })
  for (const chunk of chunks) await new Promise<void>((done) => terminal.write(chunk, done))
  const { active } = terminal.buffer
  const rows = Array.from({ length: 4 }, (_, row) => active.getLine(row)?.translateToString(true))
  const cursor = [active.cursorX, active.cursorY]
  terminal.dispose()
  return { rows, cursor }
}

describe('image protocols', () => {
  for (const [name, picture] of Object.entries(PICTURES)) {
    it(`leave nothing on the screen: ${name}, whole or cut`, async () => {
      const clean = await shown(['before', 'after'])
      expect(await shown(['before', picture, 'after'])).toEqual(clean)
      const middle = Math.floor(picture.length / 2)
      expect(await shown(['before', picture.slice(0, middle), picture.slice(middle), 'after'])).toEqual(clean)
    })
  }
})
