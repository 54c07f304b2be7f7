import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { type Line, startLine } from '../../support/terminal/line'
import { openViewer } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

const PASTE_BYTES = 10 * 1024 * 1024
const PATIENCE_MS = 90_000

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

const digest = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

it('10 MB typed over connections that break arrive whole, in order and once, also in a program that reads late', async () => {
  const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const viewer = openViewer(stack, id, { url: line.url })
  await waitUntil('it drives', () => viewer.state().role === 'driver')
  // Numbered, so that a hole or a repetition anywhere shows.
  const text = Array.from({ length: Math.ceil(PASTE_BYTES / 16) }, (_, n) => `${String(n).padStart(15, '0')}\n`).join(
    '',
  )
  await typeLine(
    stack,
    id,
    `stty raw -echo; echo re""ady; until [ -e go ]; do sleep 0.1; done; head -c ${text.length} > taken; echo do""ne`,
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
