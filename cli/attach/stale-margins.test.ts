import { expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { createStaleMargins } from './stale-margins'

/** Printed for 24 rows, and drawn again for 12 as vim does: line by line, with nothing about margins. */
const OF_BEFORE = '\x1b[1;20r\x1b[20;1H\x1b[3S\x1b[1;10r\x1b[5;1H'
const redrawn = (head: string) =>
  `${head}\x1b[2J${Array.from({ length: 12 }, (_, row) => `row ${row}`).join('\r\n')}\x1b[12;1Hlast\r\n\r\n`

/** What is seen after a window went from 24 rows to 12 before what was printed for 24 has come. */
async function shows(parts: string[], after: (data: Uint8Array) => Uint8Array): Promise<string[]> {
  const terminal = createViewerTerminal(40, 24)
  terminal.resize(40, 12)
  terminal.write(OF_BEFORE)
  for (const part of parts) terminal.write(after(Buffer.from(part)))
  await parsed(terminal)
  return terminalFacts(terminal)
}

/** The runner's screen has its new size where the program heard of it. */
async function truth(text: string): Promise<string[]> {
  const terminal = createViewerTerminal(40, 24)
  terminal.write(OF_BEFORE)
  await parsed(terminal)
  terminal.resize(40, 12)
  terminal.write(text)
  await parsed(terminal)
  return terminalFacts(terminal)
}

it.each([
  ['without', redrawn('\x1b[m\x1b[H')],
  ['with', redrawn('\x1b[m\x1b[1;7r\x1b[H')],
])('a screen that is drawn anew %s margins has those, wherever it is cut', async (_name, text) => {
  const expected = await truth(text)
  if (!text.includes('r\x1b[H')) expect(await shows([text], (data) => data)).not.toEqual(expected)
  for (const parts of [
    [text],
    ...Array.from({ length: 20 }, (_, at) => [text.slice(0, at), text.slice(at)]),
    [...text],
  ]) {
    const margins = createStaleMargins()
    margins.drop()
    expect(await shows(parts, margins.pass)).toEqual(expected)
  }
})

it('touches nothing as long as there is no new size, and no more once the screen is replaced', () => {
  const data = Buffer.from('\x1b[H')
  const margins = createStaleMargins()
  expect(margins.pass(data)).toBe(data)
  margins.drop()
  margins.keep()
  expect(margins.pass(data)).toBe(data)
  margins.drop()
  expect(Buffer.from(margins.pass(data)).toString()).toBe('\x1b[H\x1b[r\x1b[H')
  expect(margins.pass(data)).toBe(data)
})
