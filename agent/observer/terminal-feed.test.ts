import { describe, expect, it } from 'vitest'
import { seededRandom } from '@/tests/support/seeded-random'
import { createRandomProgram } from '@/tests/support/terminal/random-program'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { plainUntil, withoutScrolledAway } from './scrolled-away'
import { createTerminalFeed } from './terminal-feed'

const SCROLLBACK_LINES = 1000
const SEEDS = 12

/** Lines as programs print them without end, some wider than the screen; some without a carriage return. */
function floodOf(random: () => number): string {
  const lines = 1500 + Math.floor(random() * 3000)
  const bare = random() < 0.3
  return Array.from({ length: lines }, (_, line) => {
    const word = ['y', `line ${line}`, '日本語 zeile ü', 'x'.repeat(90), 'e\u0301\ttab'][Math.floor(random() * 5)] ?? ''
    return `${word.repeat(1 + Math.floor(random() * 3))}${bare && random() < 0.1 ? '\n' : '\r\n'}`
  }).join('')
}

/** What a terminal holds that was fed all of `parts` at once, beside one that parsed every byte; and how much was parsed. */
async function fed(parts: readonly Uint8Array[], cols: number, rows: number) {
  const plain = createViewerTerminal(cols, rows)
  const terminal = createViewerTerminal(cols, rows)
  let drawn = 0
  const write = terminal.write.bind(terminal)
  terminal.write = (data, done) => {
    drawn += data.length
    write(data, done)
  }
  const feed = createTerminalFeed(terminal, SCROLLBACK_LINES)
  const begin = () => {}
  const done = Promise.all(parts.map((part) => new Promise<void>((resolve) => feed.write(part, begin, resolve, false))))
  for (const part of parts) plain.write(part)
  await Promise.all([done, parsed(plain)])
  const facts = { expected: terminalFacts(plain), actual: terminalFacts(terminal) }
  plain.dispose()
  terminal.dispose()
  return { ...facts, drawn, total: parts.reduce((sum, part) => sum + part.length, 0) }
}

function cutAnywhere(text: string, random: () => number): Uint8Array[] {
  const bytes = Buffer.from(text)
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + Math.floor(random() * 8192)
    parts.push(bytes.subarray(at, end))
    at = end
  }
  return parts
}

describe('a terminal that is fed a flood', () => {
  it('holds the same as one that drew it all, whatever came before and after, and draws a part of it', async () => {
    let left = 0
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = seededRandom(seed)
      const next = createRandomProgram(random, { tabStops: true, wide: true, links: random() < 0.5 })
      const noise = () => Array.from({ length: Math.floor(random() * 20) }, next).join('')
      const text = Array.from(
        { length: 3 },
        () => `${noise()}${random() < 0.7 ? '\x1b[r' : ''}${floodOf(random)}`,
      ).join('')
      const size = [20 + Math.floor(random() * 60), 5 + Math.floor(random() * 20)] as const
      const { expected, actual, drawn, total } = await fed(cutAnywhere(text + noise(), random), ...size)
      expect(actual, `seed ${seed}`).toEqual(expected)
      left += total - drawn
    }
    expect(left).toBeGreaterThan(100_000)
  }, 60_000)

  const flood = 'some words of a line\r\n'.repeat(8000)
  it.each([
    ['an open string', '\x1b]0;title'],
    ['scroll margins', '\x1b[2;4r\x1b[2;1H'],
  ])('draws all of it within %s', async (_name, before) => {
    const { expected, actual, drawn, total } = await fed([Buffer.from(before), Buffer.from(flood)], 40, 10)
    expect(actual).toEqual(expected)
    expect(drawn).toBe(total)
  })

  it('goes on after what it threw at: what follows is not parsed, and nobody waits for it', async () => {
    const terminal = createViewerTerminal(40, 10)
    terminal.parser.registerCsiHandler({ final: 'z' }, () => {
      throw new Error('a fault of the terminal')
    })
    const feed = createTerminalFeed(terminal, SCROLLBACK_LINES)
    const write = (text: string) => new Promise<void>((done) => feed.write(Buffer.from(text), () => {}, done, false))
    await Promise.all([write('before\x1b[z'), write('after')])
    expect(String(feed.broken()?.error)).toContain('a fault of the terminal')
    await new Promise<void>((resolve) => feed.whenParsed(resolve))
    expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe('before')
    terminal.dispose()
  })
})

describe('what scrolls away', () => {
  it('is bounded by what is no plain text, and leaves out nothing that could be seen', () => {
    expect(plainUntil(Buffer.from('ab\r\n\tü日\x1b[m'), 0)).toBe(Buffer.byteLength('ab\r\n\tü日'))
    expect(plainUntil(Buffer.from('ab\u0085cd'), 0)).toBe(2)
    const run = Buffer.from(Array.from({ length: 20_000 }, (_, line) => `${line}\r\n`).join(''))
    const parts = withoutScrolledAway(run, 100)?.map((part) => Buffer.from(part).toString())
    expect(parts?.[0]).toBe('0\r\n')
    expect(parts?.[1]?.split('\r\n')).toHaveLength(101)
    expect(withoutScrolledAway(run, 20_000)).toBeNull()
    expect(withoutScrolledAway(Buffer.from(run.toString().replaceAll('\r', '')), 100)).toBeNull()
  })
})

it('gathers what follows on a flood, and draws it all at once for who asks', async () => {
  const terminal = createViewerTerminal(80, 24)
  let draws = 0
  const begin = () => {}
  const write = terminal.write.bind(terminal)
  terminal.write = (data, done) => {
    draws += data.length > 0 ? 1 : 0
    write(data, done)
  }
  const feed = createTerminalFeed(terminal, SCROLLBACK_LINES)
  const flood = Buffer.from(`\x1b[m${'x'.repeat(70)}\r\n`.repeat(1500))
  await new Promise<void>((resolve) => feed.write(flood, begin, resolve, false))
  const drawsBefore = draws
  const done = Array.from({ length: 20 }, (_, line) => {
    const text = Buffer.from(`line ${line}\r\n`)
    return new Promise<void>((resolve) => feed.write(text, begin, resolve, false))
  })
  await new Promise(setImmediate)
  expect(draws).toBe(drawsBefore)
  await new Promise<void>((resolve) => feed.whenParsed(resolve))
  expect(draws).toBe(drawsBefore + 1)
  const { active } = terminal.buffer
  expect(active.getLine(active.baseY + active.cursorY - 1)?.translateToString(true)).toBe('line 19')
  await Promise.all(done)
  // Nobody asks: it is drawn in a moment all the same.
  await new Promise<void>((resolve) => feed.write(flood, begin, resolve, false))
  await new Promise<void>((resolve) => feed.write(Buffer.from('end'), begin, resolve, false))
  expect(active.getLine(active.baseY + active.cursorY)?.translateToString(true)).toBe('end')
  feed.stop()
  terminal.dispose()
})
