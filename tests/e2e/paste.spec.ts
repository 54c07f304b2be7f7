import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { digest, numberedText } from '../support/terminal/numbered-text'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { openTerminal } from './support/terminal'
import { test } from './support/test'

const PASTE_BYTES = 10 * 1024 * 1024
const PATIENCE_MS = 90_000
const [BEGIN, END] = ['\x1b[200~', '\x1b[201~']

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

test('10 MB from the clipboard wait for a program that does not read, and arrive whole, in order, as one paste', async ({
  browser,
}, info) => {
  // It is 10 MB, twice over the wire of the test too.
  test.setTimeout(360_000)
  const { name: project, path } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const { page, context } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const terminal = await openTerminal(page, stack.url, id)
  await terminal.attached('driver')

  const half = numberedText(PASTE_BYTES / 2)
  // Terminals send Enter for a line's end.
  const typed = `${BEGIN}${`${half}${half}`.replaceAll('\n', '\r')}${END}`
  const program = [
    String.raw`stty raw -echo; printf '\e[?2004hwait''ing'; until [ -e go ]; do sleep 0.1; done`,
    `head -c ${typed.length} > taken; head -c 4 > after; sha256sum < taken`,
  ]
  await typeLine(stack, id, program.join('; '))
  await terminal.sees('waiting')
  await terminal.root.click()
  // Put together there: it is the browser that has to carry it, not the wire to it.
  await page.evaluate(([text, forged]) => navigator.clipboard.writeText(`${text}${forged}${text}`), [half, END])
  await page.keyboard.press('Control+Shift+V')

  const unread = page.getByText('The program does not read what you type')
  await expect(unread).toBeVisible({ timeout: PATIENCE_MS })
  await expect(unread).toContainText('10 MB wait. Nothing is lost.')
  await page.screenshot({ path: info.outputPath('unread-dark.png') })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.screenshot({ path: info.outputPath('unread-light.png') })
  expect(existsSync(join(path, 'taken'))).toBe(false)

  writeFileSync(join(path, 'go'), '')
  const taken = join(path, 'taken')
  await waitUntil('all of it is there', () => statSync(taken).size === typed.length, PATIENCE_MS)
  await expect(unread).toHaveCount(0)
  expect(digest(readFileSync(taken))).toBe(digest(typed))
  // The program's own count and sum; and what is typed next is next.
  await page.keyboard.type('next')
  await terminal.sees(digest(typed))
  await waitUntil('what came after it is there', () => readFileSync(join(path, 'after'), 'utf8') === 'next')
  await context.close()
})
