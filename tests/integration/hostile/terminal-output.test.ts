import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MAX_SNAPSHOT_BYTES } from '@/agent/observer/emulator'
import { attachTerminal } from '../../support/attached-terminal'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { startLine } from '../../support/terminal/line'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

/** What programs may print to reach further than their own screen. */
let stack: Stack
let project: { name: string; path: string }

beforeAll(async () => {
  stack = await startStack()
  project = await createProject(stack)
})
afterAll(() => stack?.stop())

/** Every control character but those that part lines and columns. */
const CONTROLS = /[^\P{Cc}\n\t]/u

/** Writes what is to be printed where a runner's shell finds it. */
const file = (name: string, content: string | Buffer): void => writeFileSync(join(project.path, name), content)
const launched = async (): Promise<string> =>
  (await launchRunning(stack, { project: project.name, provider: 'shell' })).id

/** Questions of a program to its terminal, and writes that a terminal may turn into answers. */
const QUESTIONS = [
  '\x1b]2;echo pwned\x07\x1b[21t\x1b[20t', // title report
  '\x1bP$qm\x1b\\\x1bP+q544e\x1b\\', // DECRQSS, XTGETTCAP
  '\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?25$p\x1b[>q', // device attributes, reports
  '\x1b]52;c;?\x07\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x07', // clipboard, colours
  '\x1b]52;c;cHduZWQ=\x07',
].join('')

it('what a program asks is answered once at most; nothing that is shown again types anything', async () => {
  const id = await launched()
  file('questions', QUESTIONS)
  const got = (): string => {
    try {
      return readFileSync(join(project.path, 'got'), 'latin1')
    } catch {
      return ''
    }
  }
  await typeLine(stack, id, 'stty raw -echo; cat questions; echo as""ked; cat > got')
  await untilScreen(stack, id, 'asked')
  await stack.api.runner.send.mutate({ id, text: 'FIRST' })
  await waitUntil('the first mark has arrived', () => got().includes('FIRST'))
  const live = got().split('FIRST')[0] ?? ''
  expect(live).toContain('\x1b[?1;2c')
  // Neither the title nor the clipboard is ever given out.
  expect(live).not.toMatch(/pwned|\]l|\]52/)

  // Shown again: as a snapshot, as bytes after a cut, and to an observer that parses it all anew.
  const line = await startLine(stack.url)
  const viewers = [openViewer(stack, id, { url: line.url }), openViewer(stack, id, { url: line.url })]
  const attached = () => viewers.every(({ state }) => state().phase === 'attached')
  await waitUntil('both are attached', attached)
  line.cut()
  await waitUntil('both know of the cut', () => !attached())
  await waitUntil('both are attached again', attached)
  const observer = processesOf(stack.home).find(({ command }) => command.includes('observer.mjs'))
  if (observer === undefined) throw new Error('there is no observer')
  signal(observer.pid, 'SIGKILL')
  await untilScreen(stack, id, 'asked')
  await stack.api.runner.send.mutate({ id, text: 'SECOND' })
  await waitUntil('the second mark has arrived', () => got().includes('SECOND'))
  expect(got().split('FIRST')[1]).toBe('SECOND')
  for (const viewer of viewers) viewer.close()
  await line.close()
}, 90_000)

it('titles, names and links stay text and data', async () => {
  const id = await launched()
  const title = '<img src=x onerror=alert(1)>'
  file(
    'title',
    `\x1b]0;${title}\x07\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07\x1b]8;;file:///etc/passwd\x07 me\x1b]8;;\x07`,
  )
  await typeLine(stack, id, 'cat title; echo sho""wn')
  await untilScreen(stack, id, /click me ?shown/)
  expect((await stack.api.runner.screen.query({ id })).title).toBe(title)
  // The CLI leads nowhere: no link, no title, no control leaves it.
  const { stdout } = await stack.cli(['screen', id])
  expect(stdout).toContain('click me')
  expect(stdout).not.toMatch(CONTROLS)
}, 60_000)

it('C1 controls, C0 controls and bytes that are no characters leave the CLI inert', async () => {
  const id = await launched()
  file(
    'controls',
    Buffer.concat([
      Buffer.from('\u009b31mred\u009d0;title\u009c \x1b[5mblink\x1b[m \x0e\x0f\x7f end\r\n'),
      Buffer.from([0x9b, 0x33, 0x31, 0x6d, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff, 0x0a]),
    ]),
  )
  await typeLine(stack, id, 'cat controls; echo sho""wn')
  await untilScreen(stack, id, 'shown')
  for (const args of [
    ['screen', id],
    ['logs', id],
    ['show', id],
  ]) {
    const { stdout, code } = await stack.cli(args)
    expect([args[0], code]).toEqual([args[0], 0])
    expect(stdout).not.toMatch(CONTROLS)
  }
}, 60_000)

it("escapes in a runner's name, last words or in what one asks for → refused, or printed inert by the CLI", async () => {
  const evil = '\x1b]0;pwned\x07\x1b[31m\u009b31m'
  const launch = stack.api.runner.launch.mutate({ project: project.name, provider: 'shell', name: `a${evil}` })
  await expect(launch).rejects.toThrow(/name/)
  // Its last words, in the detail of a runner that has failed.
  const id = await launched()
  file('words', `last words ${evil}\r\n`)
  await typeLine(stack, id, 'clear; cat words; exit 3')
  const { lastLines } = await untilStatus(stack, id, ['failed'])
  expect(lastLines).toContain('last words')
  for (const args of [
    ['show', id],
    ['runners', '--all'],
    ['show', `x${evil}`],
    ['project', 'show', `x${evil}`],
    ['launch', `x${evil}`],
    [`x${evil}`],
    ['runners', `--x${evil}`],
  ]) {
    const { stdout, stderr } = await stack.cli(args)
    expect(stdout + stderr, args.join(' ')).not.toBe('')
    expect(stdout + stderr, args.join(' ')).not.toMatch(CONTROLS)
  }
  expect((await stack.cli(['show', id])).stdout).toContain('last words')
}, 90_000)

it('10 MB in one line, and characters piled upon each other, are bounded and hurt nobody else', async () => {
  const [id, other] = [await launched(), await launched()]
  await typeLine(stack, id, 'head -c 10000000 /dev/zero | tr "\\0" x; echo; echo lon""g')
  await untilScreen(stack, id, 'long', 60_000)
  file('zalgo', `${'a\u0300\u0316\u035b'.repeat(3)}${`Z${'\u0300\u0301\u0316'.repeat(200_000)}`}\r\n`)
  await typeLine(stack, id, 'cat zalgo; echo pil""ed')
  await untilScreen(stack, id, 'piled', 60_000)

  const { text } = await stack.api.runner.screen.query({ id })
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
  const { thumbnails } = await stack.api.runner.thumbnails.query({ seen: { [id]: null } })
  expect(JSON.stringify(thumbnails).length).toBeLessThan(100_000)
  const viewer = await attachTerminal(stack, id)
  expect(Buffer.byteLength(viewer.text())).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES)
  viewer.send('echo still he""re\r')
  await viewer.sees('still here')
  viewer.close()
  await typeLine(stack, other, 'echo oth""er')
  await untilScreen(stack, other, 'other')
}, 180_000)

it('pictures are passed by: nothing of them is on the screen, and what follows is', async () => {
  const id = await launched()
  const pictures = {
    sixel: '\x1bPq"1;1;2;6#0;2;0;0;0#0~~@@vv@@~~$-\x1b\\',
    iterm: `\x1b]1337;File=name=eA==;size=1234;inline=1:${'QUJD'.repeat(100_000)}\x07`,
    kitty: `\x1b_Ga=T,f=100,m=1;${'QUJD'.repeat(10_000)}\x1b\\\x1b_Gm=0;QUJD\x1b\\`,
  }
  await typeLine(stack, id, "PS1='$ '; stty -echo; clear")
  for (const [name, picture] of Object.entries(pictures)) {
    file(name, `[${picture}]${name}\n`)
    await typeLine(stack, id, `cat ${name}`)
    expect(await untilScreen(stack, id, `]${name}`)).toContain(`[]${name}`)
  }
  // A viewer that comes later sees the same, and none of their bytes.
  const viewer = await attachTerminal(stack, id)
  expect(viewer.text()).toContain('[]kitty')
  expect(viewer.text()).not.toContain('QUJD')
  viewer.close()
}, 60_000)
