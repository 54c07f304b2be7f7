import { describe, expect, it } from 'vitest'
import { createTerminalInputParser } from './terminal-input'

const KEYS: [string, string][] = [
  ['text', 'hello wörld 😀'],
  ['control characters', '\x01\x03\x04\x1a\r\n\t\x7f\x00'],
  ['arrows and function keys', '\x1b[A\x1bOB\x1b[1;5C\x1b[3~\x1b[15;2~\x1b[[A'],
  ['F3 with shift', '\x1b[1;2R'],
  ['F3 with all modifiers', '\x1b[1;16R'],
  ['alt with a letter', '\x1bx\x1bP '],
  ['esc twice, then an arrow', '\x1b\x1b[A'],
  ['mouse', '\x1b[<0;10;20M\x1b[<0;10;20m\x1b[<64;1;1M\x1b[M !!'],
  ['focus', '\x1b[I\x1b[O'],
  ['kitty keys', '\x1b[97;5u\x1b[27u\x1b[57441;2:1u'],
  ['modifyOtherKeys', '\x1b[27;5;13~'],
  ['shift-tab and insert', '\x1b[Z\x1b[2~'],
  ['a paste, reports and Ctrl-] inside', '\x1b[200~a\x1b[?62;c\x1d\x1b]11;rgb:0/0/0\x07\x1b[5;5Rb\x1b[201~'],
]

const REPORTS: [string, string][] = [
  ['DA1', '\x1b[?62;4;22c'],
  ['DA2', '\x1b[>41;354;0c'],
  ['DA3', '\x1bP!|00000000\x1b\\'],
  ['operating status', '\x1b[0n'],
  ['cursor position', '\x1b[24;80R'],
  ['cursor position no key has', '\x1b[1;1R'],
  ['extended cursor position', '\x1b[?24;80;1R'],
  ['DECRPM', '\x1b[?2026;2$y'],
  ['ANSI DECRPM', '\x1b[4;2$y'],
  ['XTVERSION', '\x1bP>|xterm(390)\x1b\\'],
  ['XTGETTCAP', '\x1bP1+r544e=787465726d\x1b\\'],
  ['DECRQSS', '\x1bP1$r0m\x1b\\'],
  ['background colour', '\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\'],
  ['palette colour with BEL', '\x1b]4;1;rgb:cdcd/0000/0000\x07'],
  ['clipboard', '\x1b]52;c;aGVsbG8=\x07'],
  ['title', '\x1b]lmy title\x1b\\'],
  ['window size', '\x1b[8;24;80t\x1b[4;600;800t'],
  ['size in band', '\x1b[48;24;80;600;800t'],
  ['kitty flags', '\x1b[?1u'],
  ['kitty graphics', '\x1b_Gi=1;OK\x1b\\'],
  ['colour scheme', '\x1b[?997;1n'],
  ['sixel geometry', '\x1b[?2;0;800;600S'],
]

const bytes = (text: string) => Buffer.from(text, 'utf8')

/** Feeds `text` in pieces that begin at `cuts`. */
function feed(text: string, cuts: number[], parser = createTerminalInputParser()) {
  const data = bytes(text)
  const out: Uint8Array[] = []
  let detach = false
  for (const [index, from] of [0, ...cuts].entries()) {
    const result = parser.push(data.subarray(from, cuts[index] ?? data.length))
    out.push(result.data)
    detach ||= result.detach
  }
  // Nothing follows: what could be more of a paste is none.
  if (parser.pending === 'key' || parser.pending === 'afterPaste') {
    const result = parser.flush()
    out.push(result.data)
    detach ||= result.detach
  }
  return { text: Buffer.concat(out).toString('utf8'), detach, parser }
}

const everyCut = (text: string) => Array.from({ length: bytes(text).length - 1 }, (_, index) => [index + 1])
const everyByte = (text: string) => [Array.from({ length: bytes(text).length - 1 }, (_, index) => index + 1)]

describe('terminal input', () => {
  it.each(KEYS)('passes %s unchanged wherever it is cut', (_name, keys) => {
    for (const cuts of [[], ...everyCut(keys), ...everyByte(keys)]) {
      expect(feed(keys, cuts)).toMatchObject({ text: keys, detach: false })
    }
  })

  it.each(REPORTS)('takes out %s wherever it is cut, and nothing around it', (_name, report) => {
    const text = `a${report}b`
    for (const cuts of [[], ...everyCut(text), ...everyByte(text)]) expect(feed(text, cuts).text).toBe('ab')
  })

  it('takes F3 for a cursor report only when one was asked for, once', () => {
    const { parser } = feed('', [])
    parser.expectCursorReport()
    expect(feed('\x1b[1;5R', [], parser).text).toBe('')
    expect(feed('\x1b[1;5R', [], parser).text).toBe('\x1b[1;5R')
  })

  it.each([
    ['the byte', '\x1d'],
    ['kitty', '\x1b[93;5u'],
    ['kitty with caps lock', '\x1b[93;69u'],
    ['kitty with event type', '\x1b[93;5:1u'],
    ['modifyOtherKeys', '\x1b[27;5;93~'],
  ])('detaches on Ctrl-] as %s, passing what came before and nothing after', (_name, key) => {
    for (const cuts of [[], ...everyCut(`ls${key}rm`)]) {
      const data = bytes(`ls${key}rm`)
      const parser = createTerminalInputParser()
      let text = ''
      let detached = false
      for (const [index, from] of [0, ...cuts].entries()) {
        if (detached) break
        const result = parser.push(data.subarray(from, cuts[index] ?? data.length))
        text += Buffer.from(result.data).toString()
        detached = result.detach
      }
      expect({ text, detached }).toEqual({ text: 'ls', detached: true })
    }
  })

  it('passes the release of Ctrl-] and other modifiers with ]', () => {
    for (const key of ['\x1b[93;5:3u', '\x1b[93;7u', '\x1b[93u', '\x1b[27;6;93~'])
      expect(feed(key, [])).toMatchObject({ text: key, detach: false })
  })

  it('detaches out of a report that never ends', () => {
    expect(feed('\x1b]11;rgb:\x1d', [])).toMatchObject({ text: '', detach: true })
  })

  it('holds a lone Esc until it is flushed, and says how sure it is', () => {
    const parser = createTerminalInputParser()
    expect(parser.push(bytes('x\x1b')).data).toEqual(new Uint8Array(bytes('x')))
    expect(parser.pending).toBe('key')
    expect(Buffer.from(parser.flush().data).toString()).toBe('\x1b')
    expect(parser.pending).toBeNull()
    parser.push(bytes('\x1b[?62'))
    expect(parser.pending).toBe('sequence')
  })

  it('gives up on a string without an end', () => {
    const parser = createTerminalInputParser()
    parser.push(bytes('\x1b]11;rgb:'))
    expect(parser.pending).toBe('sequence')
    expect(parser.flush().data).toHaveLength(0)
    expect(Buffer.from(parser.push(bytes('typed')).data).toString()).toBe('typed')
  })

  it.each([
    ['an end', 'a\x1b[201~rm -rf /\r\x1db', 'arm -rf /\r\x1db'],
    ['an end and a beginning', 'a\x1b[201~rm\r\x1b[200~b', 'arm\rb'],
    ['one inside another', 'a\x1b[2\x1b[201~01~rm\r', 'a\x1b[201rm\r'],
    ['a beginning', 'a\x1b[200~b', 'ab'],
    ['several', '\x1b[201~\x1b[201~x\x1b[201~', 'x'],
    ['half of one at the end', 'a\x1b[20', 'a\x1b[20'],
  ])('lets nothing out of a paste that holds %s, wherever it is cut', (_name, pasted, expected) => {
    const text = `l\x1b[200~${pasted}\x1b[201~`
    for (const cuts of [[], ...everyCut(text), ...everyByte(text)])
      expect(feed(text, cuts)).toMatchObject({ text: `l\x1b[200~${expected}\x1b[201~`, detach: false })
  })

  it('takes keys that come right after a paste for keys once nothing follows', () => {
    expect(feed('\x1b[200~a\x1b[201~\r\x1b[Ab', []).text).toBe('\x1b[200~a\x1b[201~\r\x1b[Ab')
    expect(feed('\x1b[200~a\x1b[201~b\x1dc', [])).toMatchObject({ text: '\x1b[200~a\x1b[201~b', detach: true })
  })

  it('takes nobody for typing so much right after a paste: what is in it stays in it', () => {
    const parser = createTerminalInputParser()
    const much = 'x'.repeat(70_000)
    const first = parser.push(bytes(`\x1b[200~a\x1b[201~${much}`))
    expect(parser.pending).toBe('paste')
    const rest = parser.push(bytes('rm\r\x1d\x1b[201~'))
    const last = parser.flush()
    expect(Buffer.concat([first, rest, last].map(({ data }) => data)).toString()).toBe(
      `\x1b[200~a${much}rm\r\x1d\x1b[201~`,
    )
    expect(parser.pending).toBeNull()
  })
})
