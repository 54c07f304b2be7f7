import { expect, it } from 'vitest'
import { createClipboardFilter } from './clipboard-filter'

const filtered = (parts: readonly string[]): string => {
  const filter = createClipboardFilter()
  return parts.map((part) => Buffer.from(filter(Buffer.from(part, 'latin1'))).toString('latin1')).join('')
}

const STREAMS: [string, string][] = [
  ['a\x1b]52;c;aGk=\x07b', 'ab'],
  ['a\x1b]52;c;aGk=\x1b\\b', 'ab'],
  ['a\x1b]52;;?\x1b[31mb', 'a\x1b[31mb'],
  ['\x1b\x1b]52;c;aGk=\x07x', '\x1bx'],
  ['\x1b]52;c;one\x1b]52;c;two\x07z', 'z'],
  ['\x1b]52;c;cut\x18z', 'z'],
  ['\x1b]5;1\x07\x1b]520;x\x07\x1b]0;52;t\x07\x1b[52;1H', '\x1b]5;1\x07\x1b]520;x\x07\x1b]0;52;t\x07\x1b[52;1H'],
  ['a\x1b]052;c;aGk=\x07b', 'ab'],
  ['a\x1b]5\x002;c;aGk=\x07b', 'ab'],
  ['a\x1b\n]52;c;aGk=\x07b', 'ab'],
  ['a\x1b]52\n;c;aGk=\x07b', 'ab'],
  ['a\xc2\x9d52;c;aGk=\xc2\x9cb', 'ab'],
  ['a\x1b]1337;CopyToClipboard=general\x07b', 'ab'],
  ['a\x1b]1337;Copy=:aGk=\x1b\\b', 'ab'],
  ['\x1b]1337;File=name=eA==:eA==\x07\x1b]1337;X\x07', '\x1b]1337;File=name=eA==:eA==\x07\x1b]1337;X\x07'],
  ['gr\xc3\xbc\xc3\x9fe \xc2\xa0 \x1b[1m', 'gr\xc3\xbc\xc3\x9fe \xc2\xa0 \x1b[1m'],
  ['plain \xe2\x94\x80 text', 'plain \xe2\x94\x80 text'],
]

it.each(STREAMS)('lets everything but clipboard writes through, however it is cut (%j)', (stream, expected) => {
  expect(filtered([stream])).toBe(expected)
  expect(filtered([...stream])).toBe(expected)
  for (let cut = 1; cut < stream.length; cut += 1)
    expect(filtered([stream.slice(0, cut), stream.slice(cut)])).toBe(expected)
})

it('holds nothing back but what could become one', () => {
  const filter = createClipboardFilter()
  expect(Buffer.from(filter(Buffer.from('text\x1b]5'))).toString()).toBe('text')
  expect(Buffer.from(filter(Buffer.from('0;x'))).toString()).toBe('\x1b]50;x')
})
