import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { createViewerTerminal, linksOf, parsed, terminalFacts } from '../../support/terminal/terminal-facts'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** Characters of every length, joined ones, and sequences of every kind. */
const STREAM = Buffer.from(
  'ab\x1b[31mröt\x1b[0;1m日本👍👩‍💻e\u0301\x1b]0;tïtle\x1b\\x\x1b]8;;http://a.example/ü\x07link\x1b]8;;\x07\x1b[?1049h\x1b[2;3Hfull ' +
    '\x1b[38;2;1;200;3m𐍈\x1bP1$r0m\x1b\\y\x1b(0qx\x1b(B\u009b4mc1\x1b[?1049l\x1b[4;1H한글 \x1b7\x1b[?2026hend\x1b[?2026l\x1b[8;20r',
)

/** Prints the next byte of the stream for each key, and all that is left for an `r`: no timer stands between two. */
const PROGRAM = `
const stream = Buffer.from('${STREAM.toString('base64')}', 'base64')
process.stdin.setRawMode(true)
process.stdout.write('go\\x1b[H\\x1b[2J')
let at = 0
process.stdin.on('data', (keys) => {
  for (const key of keys.toString()) {
    const end = key === 'r' ? stream.length : at + 1
    process.stdout.write(stream.subarray(at, end))
    at = end % stream.length
  }
})
`

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

it('a stream that comes in single bytes over every hop is the same stream, and draws the same screen', async () => {
  const project = await createProject(stack)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const parts: Uint8Array[] = []
  const driver = await attachTerminal(stack, id, {
    size: { cols: 80, rows: 24 },
    onOutput: (data) => void parts.push(data),
  })
  const script = Buffer.from(PROGRAM).toString('base64')
  driver.send(`clear; exec '${process.execPath}' -e "$(echo ${script} | base64 -d)"\r`)
  await driver.sees('go\x1b[H\x1b[2J')
  const viewer = openViewer(stack, id)
  await waitUntil('the viewer is there', () => viewer.state().phase === 'attached')
  await waitUntil('it has the screen', () => viewer.terminal.buffer.active.getLine(0)?.translateToString(true) === '')
  parts.length = 0
  const got = () => parts.reduce((sum, part) => sum + part.length, 0)

  for (let count = 1; count <= STREAM.length; count += 1) {
    driver.send('.')
    await waitUntil(`byte ${count} has come`, () => got() === count)
  }
  expect(parts).toHaveLength(STREAM.length)
  expect(Buffer.concat(parts).equals(STREAM)).toBe(true)

  const whole = createViewerTerminal(80, 24)
  whole.write('go\x1b[H\x1b[2J')
  whole.write(STREAM)
  await parsed(whole)
  const expected = terminalFacts(whole)
  // What scrolled off before is the shell's.
  const screen = (facts: string[]) => facts.filter((fact) => !/^normal \d/.test(fact))
  await waitUntil('the viewer shows all of it', () => viewer.facts().join().includes('end'))
  expect(screen(viewer.facts().slice(1))).toEqual(screen(expected))
  expect(viewer.facts()[0]).toBe('title tïtle')
  expect((await stack.api.runner.screen.query({ id })).text).not.toContain('\ufffd')
  viewer.close()
  driver.close()
}, 120_000)

it('cut in two anywhere, it is the same for who is there and for who comes in between', async () => {
  const project = await createProject(stack)
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const parts: Uint8Array[] = []
  const driver = await attachTerminal(stack, id, {
    size: { cols: 80, rows: 24 },
    onOutput: (data) => void parts.push(data),
  })
  const script = Buffer.from(PROGRAM).toString('base64')
  driver.send(`clear; exec '${process.execPath}' -e "$(echo ${script} | base64 -d)"\r`)
  await driver.sees('go\x1b[H\x1b[2J')
  const got = () => Buffer.concat(parts).length
  const stays = openViewer(stack, id, { readOnly: true })
  await waitUntil('the viewer that stays is there', () => stays.attaches() > 0)
  for (let cut = 1; cut < STREAM.length; cut += 1) {
    parts.length = 0
    driver.send('.'.repeat(cut))
    await waitUntil(`${cut} bytes have come`, () => got() === cut)
    // Whoever comes now begins with half a character or sequence.
    const comes = openViewer(stack, id, { readOnly: true })
    await waitUntil('it is there', () => comes.attaches() > 0)
    driver.send('r')
    await waitUntil('the rest has come', () => got() === STREAM.length)
    expect(Buffer.concat(parts).equals(STREAM), `cut at ${cut}`).toBe(true)
    await waitUntil('both have it', () => comes.drawn() > 0 && comes.drawn() === stays.drawn())
    expect(comes.facts(), `cut at ${cut}`).toEqual(stays.facts())
    expect(linksOf(comes.terminal), `cut at ${cut}`).toEqual(linksOf(stays.terminal))
    comes.close()
  }
  expect(stays.facts().join()).toContain('end')
  expect(stays.facts().join()).not.toContain('\ufffd')
  expect(linksOf(stays.terminal).join()).toContain('http://a.example/ü')
  stays.close()
  driver.close()
}, 240_000)
