/** Two columns each or more: also joined to one, with a skin, as a picture or as text, flags of regions, and half a flag. */
const WIDE_WORDS = [
  '日本語',
  '한',
  '👍',
  '\u{1f469}\u200d\u{1f4bb}',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\u{1f44d}\u{1f3fd}',
  '\u2764\ufe0f\u2764\ufe0e',
  '\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}',
  '\u{1f1e9}',
  '1\ufe0f\u20e3',
  '\u1112\u1161\u11ab',
  '\u0915\u094d\u0937\u093f',
] as const

/**
 * What a program could print, one short piece after the other, as a terminal's test suite would: `random` in [0, 1).
 * Without `tabStops` it leaves those alone, without `wide` it prints no wide characters. With `links` it
 * uses them, styled underlines and character sets, and does not restore the cursor: xterm.js restores a part of those.
 */
export function createRandomProgram(
  random: () => number,
  { tabStops, links, wide }: { tabStops: boolean; links: boolean; wide: boolean },
): () => string {
  const below = (count: number): number => Math.floor(random() * count)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const csi = (text: string): string => `\x1b[${text}`
  const words = [
    'a',
    'word',
    'two words',
    'x'.repeat(30),
    '─│┌┐',
    'e\u0301',
    'a\u0300\u0316',
    'ﬀ',
    'ü',
    ' ',
    ...(wide ? WIDE_WORDS : []),
  ]
  const colours = ['31', '97', '44', '105', '38;5;200', '48;5;17', '38;2;1;2;3', '48;2;250;9;1', '39', '49']
  const attributes = [
    '0',
    '1',
    '2',
    '3',
    '4',
    '5',
    '7',
    '8',
    '9',
    '21',
    '22',
    '23',
    '24',
    '27',
    '53',
    ...(links ? ['4:3', '58;5;9', '59'] : []),
  ]
  const modes = [
    '?1',
    '?6',
    '?7',
    '?12',
    '?25',
    '?45',
    '?66',
    '?1000',
    '?1002',
    '?1003',
    '?1004',
    '?1006',
    '?2004',
    '?2026',
    '4',
    '20',
  ]
  const makers: readonly (() => string)[] = [
    () => pick(words),
    () => pick(words),
    () => `${pick(words)}\r\n`,
    () => `${pick(words).repeat(1 + below(30))}`,
    () => pick(['\r', '\n', '\r\n', '\b', '\t', '\t\t', '\x0b', '\x0c', '\x07']),
    () => csi(`${1 + below(30)};${1 + below(50)}H`),
    () => csi(`${below(6)}${pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'd', 'I', 'Z', 'a', 'e'])}`),
    () => csi(`${pick([...colours, ...attributes])}m`),
    () => csi(`${pick(colours)};${pick(attributes)};${pick(colours)}m`),
    () => csi('m'),
    () => csi(`${pick(['', '0', '1', '2', '3'])}J`),
    () => csi(`${pick(['', '?'])}${below(3)}K`),
    () => csi(`${1 + below(5)}${pick(['@', 'P', 'X', 'L', 'M', 'S', 'T', 'b'])}`),
    () => csi(`${1 + below(10)};${5 + below(20)}r`),
    () => csi('r'),
    () => csi(`${pick(modes)}${pick(['h', 'l'])}`),
    () => csi(`${pick(links ? ['?47', '?1047'] : ['?47', '?1047', '?1049', '?1048'])}${pick(['h', 'l'])}`),
    () => csi('?7h'),
    () => csi('4l'),
    () => pick(['\x1b7', '\x1bD', '\x1bE', '\x1bM', '\x1b[s', ...(links ? [] : ['\x1b8', '\x1b[u'])]),
    () => (tabStops ? pick(['\x1bH', '\x1b[0g', '\x1b[3g']) : '\t'),
    () => pick(links ? ['\x1b(0', '\x1b(B', '\x1b)0', '\x0e', '\x0f', 'qxlkmj'] : words),
    () => pick(['\x1b[!p', '\x1b#8', '\x1b[1"q', '\x1b[0"q', `\x1b[${below(7)} q`]),
    () => `\x1b]${pick(['0', '2'])};title ${below(1000)}${pick(['\x07', '\x1b\\'])}`,
    () =>
      pick(
        !links ? words : ['\x1b]8;;https://a.example/\x1b\\', '\x1b]8;id=1;https://b.example/\x07', '\x1b]8;;\x1b\\'],
      ),
    () => pick(['\x1bP1$r0m\x1b\\', '\x1b_ignored\x1b\\', '\x1b]52;c;YQ==\x07', '\x1b]133;A\x07', '\x1bX\x1b\\']),
    () => (below(40) === 0 ? '\x1bc' : ''),
    () => Array.from({ length: 3 + below(12) }, (_, line) => `line ${line} ${pick(words)}`).join('\r\n'),
  ]
  return () => pick(makers)()
}
