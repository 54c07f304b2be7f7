import { describe, expect, it } from 'vitest'
import { createViewerTerminal, parsed } from '@/tests/support/terminal/terminal-facts'
import { createEmulator } from './emulator'
import { trackKeyboard } from './keyboard-modes'

/** What a person's terminal, which knows these, is set to by `text`. */
async function keyboardAfter(text: string | Uint8Array) {
  const terminal = createViewerTerminal(40, 10)
  const keyboard = trackKeyboard(terminal)
  terminal.write(text)
  await parsed(terminal)
  const screen = terminal.buffer.active.type
  const found = [screen, keyboard.levels('normal'), keyboard.levels('alternate'), keyboard.otherKeys()]
  terminal.dispose()
  return found
}

const CASES: readonly [name: string, text: string, expected: string[]][] = [
  ['nothing that was asked', 'text', ['normal', '', '', '']],
  ['flags that are set', '\x1b[=5u', ['normal', '\x1b[=5u', '', '']],
  ['flags that are added and removed', '\x1b[=5u\x1b[=2;2u\x1b[=4;3u', ['normal', '\x1b[=3u', '', '']],
  ['levels', '\x1b[>1u\x1b[>15u', ['normal', '\x1b[>1u\x1b[>15u', '', '']],
  ['a level that was left', '\x1b[>1u\x1b[>15u\x1b[<u', ['normal', '\x1b[>1u', '', '']],
  ['more left than there were', '\x1b[>1u\x1b[<9u', ['normal', '', '', '']],
  [
    'those of a full screen over those of the shell',
    '\x1b[>1u\x1b[?1049h\x1b[>7u',
    ['alternate', '\x1b[>1u', '\x1b[>7u', ''],
  ],
  ['those a full screen left behind', '\x1b[?1049h\x1b[>7u\x1b[?1049l$ ', ['normal', '', '\x1b[>7u', '']],
  ['modifyOtherKeys', '\x1b[>4;2m', ['normal', '', '', '\x1b[>4;2m']],
  ['modifyOtherKeys on a full screen', '\x1b[>4;1m\x1b[?1049h', ['alternate', '', '', '\x1b[>4;1m']],
  ['modifyOtherKeys given back', '\x1b[>4;2m\x1b[>4m', ['normal', '', '', '']],
  ['modifyOtherKeys switched off', '\x1b[>4;2m\x1b[>4n', ['normal', '', '', '']],
  ['another resource', '\x1b[>4;2m\x1b[>1;0m\x1b[>1n', ['normal', '', '', '\x1b[>4;2m']],
  ['a full reset', '\x1b[>4;2m\x1b[>7u\x1bc', ['normal', '', '', '']],
]

describe('what a program asked of the keyboard', () => {
  it.each(CASES)('is known: %s', async (_name, text, expected) => {
    expect(await keyboardAfter(text)).toEqual(expected)
  })

  it.each(CASES)('is the same for who comes by a snapshot: %s', async (_name, text, expected) => {
    const emulator = createEmulator(40, 10, () => {})
    await emulator.write(Buffer.from(text), true)
    const { data } = emulator.snapshot()
    emulator.dispose()
    expect(await keyboardAfter(data)).toEqual(expected)
  })

  it('is bounded, and the newest is kept', async () => {
    const [, normal] = await keyboardAfter(`${'\x1b[>1u'.repeat(1000)}\x1b[>3u`)
    expect(normal?.length).toBeLessThan(100)
    expect(normal?.endsWith('\x1b[>3u')).toBe(true)
  })
})
