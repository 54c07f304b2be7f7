import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { untilSame } from '../../support/terminal/come-and-go'
import { openViewer, type Viewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

vi.setConfig({ testTimeout: 60_000 })

let stack: Stack
let project: { name: string; path: string }
const viewers: Viewer[] = []
beforeAll(async () => {
  stack = await startStack({ env: { STRATAVORE_PARK_SCREENS_SECONDS: '1' } })
  project = await createProject(stack)
})
afterAll(async () => {
  for (const viewer of viewers) viewer.close()
  await stack?.stop()
})

const run = async () => (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
const look = (id: string, options: { readOnly?: boolean } = {}): Viewer => {
  const viewer = openViewer(stack, id, options)
  viewers.push(viewer)
  return viewer
}
/** Whoever asks for a screen takes it out again: this reads what the observer wrote, and asks nobody. */
const untilParked = (id: string): Promise<boolean> =>
  waitUntil(`the screen of ${id} is put away`, () =>
    readFileSync(join(stack.home, 'logs/agent.log'), 'utf8')
      .split('\n')
      .some((line) => line.includes(id) && line.includes('put away')),
  )

/** A history, a title, colours, modes, margins, both buffers and saved cursors: all that a drawing must bring back. */
const PICTURE = [
  '\x1bc\x1b]2;parked\x07',
  ...Array.from({ length: 300 }, (_, line) => `\x1b[3${line % 8}mline ${line} 日本\x1b[m\r\n`),
  '\x1b[5;7H\x1b7\x1b[?1049h\x1b[2J\x1b[4;15r\x1b[?2004h\x1b[?1h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[?25l',
  '\x1b[10;3H\x1b[1;4;38;2;9;80;200mon the other screen\x1b[12;20H',
].join('')

it('who comes to a parked screen sees what one sees that stayed, also of what follows', async () => {
  const id = await run()
  const stays = look(id)
  writeFileSync(join(project.path, 'picture'), PICTURE)
  await typeLine(
    stack,
    id,
    'stty -echo; cat picture; read line; printf "\\033[Hmore\\033[?1049l\\033[?2004lback\\r\\n"; cat',
  )
  await waitUntil('the picture is there', () => stays.facts()[0] === 'title parked')
  await untilParked(id)
  const comes = look(id, { readOnly: true })
  await untilSame('the parked screen', stays, comes)
  expect(comes.terminal.buffer.active.type).toBe('alternate')
  expect(comes.terminal.modes).toMatchObject({
    applicationCursorKeysMode: true,
    bracketedPasteMode: true,
    mouseTrackingMode: 'drag',
    sendFocusMode: true,
  })
  expect(comes.terminal.buffer.normal.length).toBeGreaterThan(250)

  stays.link.send('\r')
  await waitUntil('it is back', () => stays.terminal.buffer.active.type === 'normal')
  await untilSame('what follows', stays, comes)
  await untilSame('who comes after that', stays, look(id, { readOnly: true }))
})

it('a thumbnail of a parked screen shows it, and one that was seen is not drawn again', async () => {
  const id = await run()
  await typeLine(stack, id, 'echo pic""ture')
  await untilScreen(stack, id, /^picture/m)
  await untilParked(id)
  const ask = async (seen: string | null) =>
    (await stack.api.runner.thumbnails.query({ seen: { [id]: seen } })).thumbnails
  const [first] = await ask(null)
  expect(JSON.stringify(first)).toContain('picture')
  expect(await ask(first?.version ?? null)).toEqual([])
})

it('what a program asks of a parked terminal is answered once, and not again for who comes then', async () => {
  const id = await run()
  const path = (name: string) => join(project.path, name)
  // Its input ends once nothing has come for three seconds.
  const asks = "until [ -e go ]; do sleep 0.1; done; printf '\\033[7;5H\\033[6n\\033[c'; cat > answers; touch done"
  await typeLine(stack, id, `stty raw -echo min 0 time 30; clear; printf wait""ing; ${asks}`)
  await untilScreen(stack, id, /^waiting/m)
  await untilParked(id)
  writeFileSync(path('go'), '')
  await waitUntil('it is answered', () => existsSync(path('answers')) && readFileSync(path('answers')).length > 0)
  const comes = look(id)
  await waitUntil('the screen is there', () => comes.state().phase === 'attached')
  await waitUntil('no more comes', () => existsSync(path('done')))
  const answers = readFileSync(path('answers'), 'latin1').split('\x1b')
  expect(answers).toEqual(['', '[7;5R', expect.stringMatching(/^\[\?[\d;]+c$/)])
})
