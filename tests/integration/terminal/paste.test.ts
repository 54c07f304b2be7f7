import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node-pty'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkout } from '../../support/checkout'
import { cleanEnvironment } from '../../support/child-environment'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { type Line, startLine } from '../../support/terminal/line'
import { digest, numberedText } from '../../support/terminal/numbered-text'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

const PASTE_BYTES = 10 * 1024 * 1024
const PATIENCE_MS = 90_000
const [BEGIN, END] = ['\x1b[200~', '\x1b[201~']

let stack: Stack
let line: Line
let project: { name: string; path: string }
beforeAll(async () => {
  stack = await startStack()
  line = await startLine(stack.url)
  project = await createProject(stack)
})
afterAll(async () => {
  await line?.close()
  await stack?.stop()
})

it('10 MB typed over connections that break arrive whole, in order and once, also in a program that reads late', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const viewer = openViewer(stack, id, { url: line.url })
  await waitUntil('it drives', () => viewer.state().role === 'driver')
  const text = numberedText(PASTE_BYTES)
  await typeLine(
    stack,
    id,
    `stty raw -echo; echo re""ady; until [ -e go ]; do sleep 0.1; done; head -c ${text.length} > taken; echo do''ne`,
  )
  await untilScreen(stack, id, /^\s*ready/m)
  viewer.link.send(text)
  await waitUntil('it is said that nobody reads', () => viewer.state().inputUnread, PATIENCE_MS)
  expect(viewer.state().unackedInput).toBeGreaterThan(PASTE_BYTES / 2)
  const taken = join(project.path, 'taken')
  expect(existsSync(taken)).toBe(false)
  line.cut()

  writeFileSync(join(project.path, 'go'), '')
  await waitUntil('some of it is there', () => existsSync(taken) && statSync(taken).size > PASTE_BYTES / 4, PATIENCE_MS)
  line.cut()
  await waitUntil('all of it is there', () => statSync(taken).size === text.length, PATIENCE_MS)
  await waitUntil('it is known to be there', () => viewer.state().unackedInput === 0, PATIENCE_MS)
  expect(viewer.state().inputUnread).toBe(false)
  expect(digest(readFileSync(taken))).toBe(digest(text))
  viewer.close()
}, 240_000)

it.skipIf(process.platform !== 'linux')(
  '10 MB pasted into `stratavore attach` arrive whole, in order, as one paste, also in a program that reads late',
  async () => {
    const { name, path } = await createProject(stack)
    const { id } = await launchRunning(stack, { project: name, provider: 'shell' })
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    const pty = spawn(process.execPath, [join(checkout, 'dist/cli.mjs'), 'attach', id], {
      cols: 90,
      rows: 30,
      env: cleanEnvironment(settings) as Record<string, string>,
    })
    let screen = ''
    pty.onData((data) => {
      screen += data
    })
    try {
      const sees = (part: string) => waitUntil(`the terminal shows ${part}`, () => screen.includes(part), PATIENCE_MS)
      const large = `${BEGIN}${numberedText(PASTE_BYTES)}${END}`
      const small = `${BEGIN}a${END}rm -rf x\rb${END}`
      const cleaned = `${BEGIN}arm -rf x\rb${END}`
      const program = [
        String.raw`stty raw -echo; printf '\e[?2004hwait''ing'; until [ -e go ]; do sleep 0.1; done`,
        `head -c ${large.length} > large; echo hal''fway; head -c ${cleaned.length} > small`,
      ]
      pty.write('echo re""ady\r')
      await sees('ready')
      pty.write(`${program.join('; ')}\r`)
      await sees('waiting')
      pty.write(large)
      await sees('the program does not read what you type')
      expect(existsSync(join(path, 'large'))).toBe(false)
      writeFileSync(join(path, 'go'), '')
      await sees('halfway')
      expect(digest(readFileSync(join(path, 'large')))).toBe(digest(large))
      pty.write(small)
      await waitUntil('the small one is there', () => statSync(join(path, 'small')).size === cleaned.length)
      expect(readFileSync(join(path, 'small'), 'latin1')).toBe(cleaned)
    } finally {
      pty.kill('SIGKILL')
    }
  },
  240_000,
)
