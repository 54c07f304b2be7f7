import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createSecretFinder } from '@/contracts/redaction/redact-text'
import { createViewerTerminal, parsed } from '@/tests/support/terminal/terminal-facts'
import { createEmulator, type Emulator, MAX_SNAPSHOT_BYTES } from './emulator'
import { keepPrompts } from './prompt-rows'

const find = createSecretFinder(['hunter2hunter2'])
const bytes = (text: string): Uint8Array => Buffer.from(text)

async function shows(text: string | Uint8Array, cols = 20, rows = 5): Promise<Emulator> {
  const emulator = createEmulator(cols, rows, () => {})
  await emulator.write(typeof text === 'string' ? bytes(text) : text, true)
  return emulator
}

/** Writes `text`, takes a snapshot, draws it on a fresh terminal, and goes on with `more` on both. */
async function redrawn(text: string, more: string): Promise<[string, string]> {
  const original = await shows(text)
  const { data, cols, rows } = original.snapshot()
  const copy = await shows(data, cols, rows)
  await original.write(bytes(more), true)
  await copy.write(bytes(more), true)
  const look = (emulator: Emulator) =>
    JSON.stringify([emulator.screen(true, find), emulator.snapshot().data.toString()])
  return [look(original), look(copy)]
}

describe('a snapshot', () => {
  const cases: [string, string, string][] = [
    ['colours and attributes', '\x1b[1;31mred\x1b[0m \x1b[38;2;1;2;3mtrue\x1b[0m \x1b[48;5;200mbg', 'x'],
    ['wide and combining characters', '日本 e\u0301 👍', 'x'],
    ['the alternate screen over the normal one', 'normal\r\n\x1b[?1049hfull\x1b[3;3Hhere', '\x1b[?1049lback'],
    ['scroll margins', '\x1b[2;4r\x1b[2;1Hone\r\ntwo\r\nthree', '\r\nfour\r\nfive'],
    ['scroll margins in origin mode', '\x1b[2;4r\x1b[?6h\x1b[1;1Htop\x1b[2;3H', 'x\r\ny\r\nz\r\nw'],
    ['hidden cursor and mouse encoding', '\x1b[?25l\x1b[?1003h\x1b[?1006h', '\x1b[?25h'],
    ['bracketed paste and application keys', '\x1b[?2004h\x1b[?1h\x1b=', 'x'],
    ['scrollback', Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\r\n'), '\r\nmore'],
    ['a cursor that waits to wrap', `\x1b[1;31m${'x'.repeat(20)}`, 'y'],
    ['a character that another may join', 'ab e', '\u0301'],
    ['a background under the alternate screen', '\x1b[44mnormal\x1b[?1049h', 'x\x1b[K'],
    ['bold taken from what is dim too', '\x1b[1;2mboth\x1b[22;2mdim', 'x'],
    ['underlines', '\x1b[4:3;58;5;9mcurly\x1b[4:1mplain', 'x'],
    ['links', '\x1b]8;;https://a.example/\x07here\x1b]8;;\x07there', 'x'],
    ['line drawing', '\x1b(0lqk\x1b7\x1b(Bq', 'q\x1b8q'],
    ['a saved cursor', '\x1b[3;4H\x1b[31m\x1b7\x1b[m\x1b[H', '\x1b8x'],
    ['tab stops', '\x1b[3g\x1b[5G\x1bH\r', '\tx'],
    ['wrapped rows', `${'wide '.repeat(9)}\r\n${'日'.repeat(15)}`, 'x'],
    ['insert mode', 'abc\x1b[4h\x1b[1;2H', 'x'],
    ['colours of the palette', '\x1b]4;1;rgb:11/22/33\x07\x1b]11;#123456\x07\x1b]104;1\x07', 'x'],
    ['a full reset', '\x1b[?25l\x1b[2;3r\x1bcclean', 'x'],
  ]
  it.each(cases)('redraws %s', async (_name, text, more) => {
    const [original, copy] = await redrawn(text, more)
    expect(copy).toBe(original)
  })

  it('carries modes, margins and the shape of the cursor', async () => {
    const data = (await shows('\x1b[?25l\x1b[?1006h\x1b[4 q\x1b[2;4r')).snapshot().data.toString()
    for (const part of ['\x1b[?25l', '\x1b[?1006h', '\x1b[4 q', '\x1b[2;4r']) expect(data).toContain(part)
  })

  it('takes escape sequences and characters cut anywhere', async () => {
    const text = Buffer.from('日本\x1b[31mrot\x1b[0m👍')
    const whole = (await shows(text.toString())).snapshot().data.toString()
    for (let cut = 1; cut < text.length; cut += 1) {
      const emulator = createEmulator(20, 5, () => {})
      void emulator.write(text.subarray(0, cut), true)
      await emulator.write(text.subarray(cut), true)
      expect(emulator.snapshot().data.toString()).toBe(whole)
    }
  })
})

/** Every cell in a colour of its own, as the most expensive program there is would print. */
function colourful(cols: number, lines: number, cell = 'x'): string {
  const row = (line: number) =>
    Array.from({ length: cols }, (_, x) => `\x1b[38;2;${x % 256};${line % 256};1;48;2;2;${x % 256};3m${cell}`).join('')
  return Array.from({ length: lines }, (_, line) => row(line)).join('\r\n')
}

describe('a snapshot that would be too big', () => {
  it('leaves out what scrolled off, and keeps the screen', async () => {
    const emulator = await shows(colourful(300, 1_000), 300, 100)
    const { data } = emulator.snapshot()
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
    const copy = await shows(data, 300, 100)
    expect(copy.screen(true, find)).toEqual(emulator.screen(true, find))
  }, 30_000)

  it('leaves out the colours of a huge screen, and keeps text, cursor, modes and title', async () => {
    const emulator = await shows(`\x1b[?1049h\x1b[?2004h${colourful(700, 400)}\x1b[7;9H`, 700, 400)
    await emulator.write(bytes(`\x1b]0;${'t'.repeat(100_000)}\x07`), true)
    const { data, title } = emulator.snapshot()
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
    expect(data.toString()).toContain('\x1b[?2004h')
    expect(title.length).toBeLessThanOrEqual(512)
    const copy = await shows(data, 700, 400)
    expect(copy.screen(false, find)).toEqual({ ...emulator.screen(false, find), title: '' })
    expect(copy.screen(false, find).cursor).toEqual({ x: 8, y: 6 })
    expect(Buffer.byteLength(emulator.screen(true, find).text)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
  }, 30_000)

  it('is bounded however much is piled up in one cell', async () => {
    const emulator = await shows(`a${'\u0301'.repeat(MAX_SNAPSHOT_BYTES)}b`)
    expect(Buffer.byteLength(emulator.snapshot().data)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
    expect(Buffer.byteLength(emulator.screen(false, find).text)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
  }, 30_000)
})

describe('an emulator', () => {
  it('survives erasing above from the last column of the last row', async () => {
    for (const erase of ['\x1b[1J', '\x1b[?1J'])
      for (const buffer of ['', '\x1b[?1049h']) {
        const emulator = await shows(`${buffer}one\x1b[5;20Hx${erase}two`)
        expect(emulator.screen(false, find).text.trim()).toBe('two')
      }
  })

  it('answers live queries once and replayed ones never', async () => {
    const answers: string[] = []
    const emulator = createEmulator(20, 5, (answer) => answers.push(answer))
    void emulator.write(bytes('\x1b[6n\x1b[c'), false)
    void emulator.write(bytes('ab\x1b[6n'), true)
    await emulator.write(bytes('\x1b]7501;?\x07'), true)
    expect(answers).toEqual(['\x1b[1;3R', '\x1b]7501;?\x1b\\'])
  })

  it('tells bells and notifications of live output, and nothing of what is replayed', async () => {
    const rung: unknown[] = []
    const emulator = createEmulator(
      20,
      5,
      () => {},
      undefined,
      undefined,
      (signal) => rung.push(signal),
    )
    const all = '\x07\x1b]9;built\x07\x1b]777;notify;a;b\x1b\\\x1b]99;;c\x1b\\\x1b]9;4;1;50\x07'
    void emulator.write(bytes(all), false)
    await emulator.write(bytes(all), true)
    const says = (text: string) => ({ kind: 'notification', text })
    expect(rung).toEqual([{ kind: 'bell', text: '' }, says('built'), says('a: b'), says('c')])
  })

  it('draws where prompts begin and tells the directory again', async () => {
    const emulator = createEmulator(20, 5, () => {})
    const prompt = '\x1b]133;A\x07$ '
    await emulator.write(bytes(`\x1b]7;file://h/srv\x07${prompt}ls\r\none\r\n${prompt}\r\n`.repeat(4)), true)
    await emulator.write(bytes('\x1b[?1049h\x1b]133;A\x07full'), true)
    const viewer = createViewerTerminal(20, 5)
    const directories: string[] = []
    viewer.parser.registerOscHandler(7, (data) => directories.push(data) > 0)
    const prompts = keepPrompts(viewer)
    viewer.write(emulator.snapshot().data)
    await parsed(viewer)
    expect([...prompts.rows()]).toEqual([0, 2, 3, 5, 6, 8, 9, 11])
    expect(directories).toEqual(['file://h/srv'])
  })

  it('tells what a program says of itself, once for each chunk', async () => {
    const told: unknown[] = []
    const emulator = createEmulator(
      20,
      5,
      () => {},
      (said) => told.push(said),
    )
    await emulator.write(bytes('\x1b]0;✳ name\x07\x1b]7501;state=working:app=x\x07'), true)
    await emulator.write(bytes('text alone'), true)
    await emulator.write(bytes('\x1b]7501;state=blocked:app=x:kind=permission:msg=eA==\x07'), true)
    await emulator.write(bytes('\x1b]7501;state=clear\x07'), true)
    const title = '✳ name'
    expect(told).toEqual([
      { title, status: { activity: 'working', message: null } },
      { title, status: { activity: 'waiting_permission', message: 'x' } },
      { title, status: null },
    ])
    expect(emulator.said()).toEqual(told.at(-1))
  })

  it('gives its screen as plain text and with colours', async () => {
    const emulator = await shows('one\r\n\x1b[32mtwo\x1b[0m  \r\n\x1b]0;a title\x07')
    expect(emulator.screen(false, find)).toEqual({
      cols: 20,
      rows: 5,
      cursor: { x: 0, y: 2 },
      title: 'a title',
      text: 'one\ntwo',
    })
    expect(emulator.screen(true, find).text).toBe('one\n\x1b[32mtwo\x1b[0m')
  })

  it('calls back between what was written before and after', async () => {
    const emulator = createEmulator(20, 5, () => {})
    let seen = ''
    void emulator.write(bytes('before'), true)
    emulator.whenParsed(() => {
      seen = emulator.screen(false, find).text
    })
    void emulator.write(bytes(' after'), true)
    await delay(20)
    expect(seen).toBe('before')
  })
})

it('gives its text, its last lines and its title without secrets, everything else in its place', async () => {
  const emulator = await shows('\x1b]2;of hunter2hunter2\x07user hunter2hunter2 日本\r\nnext', 12, 6)
  const hidden = 'user *******\n******* 日本\nnext'
  expect(emulator.screen(false, find)).toMatchObject({ text: hidden, title: `of ${'*'.repeat(14)}` })
  expect(emulator.screen(true, find).text).toBe(hidden)
  expect(emulator.lastLines(find)).toBe(hidden)
  // The terminal itself is shown as it is.
  expect(emulator.snapshot().data.toString()).toContain('hunter2')
})
