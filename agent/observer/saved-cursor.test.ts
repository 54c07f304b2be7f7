import type { Terminal } from '@xterm/headless'
import { expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { createEmulator } from './emulator'

const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}`).join('\r\n')

/** What a program prints before the size changes, with a cursor saved somewhere in it. */
const PROGRAMS: readonly [name: string, text: string][] = [
  ['in the middle of a screen', `${lines(6)}\x1b[3;5H\x1b[31m\x1b7\x1b[m\x1b[6;1H$ `],
  ['at the bottom, with lines above the screen', `${lines(40)}\x1b7\x1b[2;2H`],
  ['in the last column', 'a\x1b[2;30H\x1b7\x1b[1;1H'],
  ['with a character set', '\x1b(0\x1b[4;4H\x1b7\x1b(B\x1b[H'],
  [
    'on the alternate screen, and another on the normal one',
    `${lines(9)}\x1b[5;6H\x1b[?1049hfull\x1b[2;9H\x1b[1m\x1b7\x1b[m\x1b[H`,
  ],
  [
    'by ?1048, after the alternate screen was left',
    `${lines(3)}\x1b[?1049h\x1b[4;4H\x1b7\x1b[?1049l\x1b[2;3H\x1b[?1048h\x1b[H`,
  ],
  ['within margins and from their origin', `${lines(8)}\x1b[2;6r\x1b[?6h\x1b[2;3H\x1b7\x1b[?6l\x1b[r\x1b[H`],
]
const SIZES: readonly [cols: number, rows: number][] = [
  [30, 10],
  [60, 10],
  [12, 10],
  [30, 24],
  [30, 4],
  [50, 30],
  [10, 3],
]
/** But for where xterm.js keeps it when that is below the screen now: no sequence puts it there, and it shows at the bottom. */
const facts = (terminal: Terminal) => terminalFacts(terminal).filter((fact) => !/^\w+ saved/.test(fact))

/** What a program does with it then. */
const RESTORES = [
  '\x1b8here',
  '\x1b[uhere',
  '\x1b[?1048lhere',
  '\x1b[?1049l\x1b8here',
  '\x1b[?47h\x1b8there\x1b[?47l\x1b8here',
]

it.each(PROGRAMS)(
  'a cursor saved %s comes back where it does for a viewer that stayed, after any new size',
  async (_, text) => {
    for (const [cols, rows] of SIZES) {
      for (const restore of RESTORES) {
        const emulator = createEmulator(30, 10, () => {})
        const stays = createViewerTerminal(30, 10)
        await emulator.write(Buffer.from(text), true)
        stays.write(text)
        await parsed(stays)
        emulator.resize(cols, rows)
        stays.resize(cols, rows)
        const snapshot = emulator.snapshot()
        const comes = createViewerTerminal(snapshot.cols, snapshot.rows)
        comes.write(snapshot.data)
        for (const each of [stays, comes]) each.write(restore)
        await Promise.all([parsed(stays), parsed(comes)])
        expect(facts(comes), `${cols}x${rows}, ${JSON.stringify(restore)}`).toEqual(facts(stays))
        for (const each of [emulator, stays, comes]) each.dispose()
      }
    }
  },
)
