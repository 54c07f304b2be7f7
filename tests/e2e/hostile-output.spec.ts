import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { openTerminal, type TerminalView } from './support/terminal'
import { test } from './support/test'

/** What programs and clipboards may try on a real terminal in a real browser. */
let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

/** Questions to a terminal: size, title, cursor, modes, attributes, colours, settings, clipboard. */
const QUESTIONS = [
  '\x1b]2;echo pwned\x07\x1b[21t\x1b[20t\x1b[18t',
  '\x1bP$qm\x1b\\\x1bP$qr\x1b\\\x1bP+q544e\x1b\\',
  '\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?25$p\x1b[>q',
  '\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x07\x1b]12;?\x07',
  '\x1b]52;c;?\x07\x1b]52;p;?\x07',
].join('')

interface Keeper {
  id: string
  path: string
  terminal: TerminalView
  got(): string
}

/** A program that prints what is in a file and then keeps every byte it is typed. */
async function keeper(page: Page, printed: string): Promise<Keeper> {
  const { name: project, path } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  writeFileSync(join(path, 'printed'), printed)
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, 'stty raw -echo; cat printed; printf "rea""dy"; cat > got')
  await terminal.sees('ready')
  const file = join(path, 'got')
  return { id, path, terminal, got: () => (existsSync(file) ? readFileSync(file, 'latin1') : '') }
}

/** Bytes the program was typed before `mark`, which is typed last. */
async function typedUntil({ id, got }: Keeper, mark: string): Promise<string> {
  await stack.api.runner.send.mutate({ id, text: mark })
  await waitUntil(`${mark} has arrived`, () => got().includes(mark))
  return got().split(mark)[0] ?? ''
}

const withClipboard = (context: BrowserContext) => context.grantPermissions(['clipboard-read', 'clipboard-write'])
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

test('questions of a program are answered once, whoever looks on; nothing of a replay types anything', async ({
  browser,
}) => {
  const { page, context } = await openConsole(browser, stack)
  await withClipboard(context)
  await page.evaluate(() => navigator.clipboard.writeText('a secret of the user'))
  await page.evaluate(() => localStorage.setItem('stratavore.terminal', '{"clipboardWrite":true}'))
  const kept = await keeper(page, QUESTIONS)
  const live = await typedUntil(kept, 'FIRST')
  expect(live.split('\x1b[?1;2c')).toHaveLength(2)
  expect(live).not.toMatch(/pwned|\]l|\]L|\]52|secret/)
  // Shown again, to this browser and to another one.
  await page.reload()
  await kept.terminal.attached()
  await kept.terminal.sees('ready')
  const { page: other, close } = await openConsole(browser, stack)
  await (await openTerminal(other, stack.url, kept.id)).sees('ready')
  expect((await typedUntil(kept, 'SECOND')).split('FIRST')[1]).toBe('')
  await close()
  await context.close()
})

test('OSC 52 writes to the clipboard only where the user has opted in, and never reads it', async ({ browser }) => {
  const { page, context } = await openConsole(browser, stack)
  await withClipboard(context)
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const put = (text: string) =>
    typeLine(stack, id, `printf '\\e]52;c;${Buffer.from(text).toString('base64')}\\a'; echo ${text.slice(0, 3)}''done`)
  const terminal = await openTerminal(page, stack.url, id)
  await page.evaluate(() => navigator.clipboard.writeText('own'))
  await put('first')
  await terminal.sees('firdone')
  expect(await clipboard(page)).toBe('own')
  // By the user's choice it is written: so the sequence above would have had its chance.
  await page.evaluate(() => localStorage.setItem('stratavore.terminal', '{"clipboardWrite":true}'))
  await page.reload()
  await terminal.attached()
  await terminal.sees('firdone')
  expect(await clipboard(page), 'what is shown again writes nothing').toBe('own')
  await terminal.root.click()
  await put('second')
  await terminal.sees('secdone')
  await expect.poll(() => clipboard(page)).toBe('second')
  await context.close()
})

test('`ESC[201~` inside a paste is stripped: the paste stays one piece', async ({ browser }) => {
  const { page, context } = await openConsole(browser, stack)
  await withClipboard(context)
  const kept = await keeper(page, '\x1b[?2004h')
  await kept.terminal.root.click()
  await page.evaluate(() => navigator.clipboard.writeText('a\x1b[201~rm -rf x\rb\x1b[20\x1b[201~1~c\x9b201~d'))
  await page.keyboard.press('Control+Shift+V')
  await waitUntil('the paste has ended', () => kept.got().includes('\x1b[201~'))
  const typed = await typedUntil(kept, 'LAST')
  expect(typed.startsWith('\x1b[200~a')).toBe(true)
  expect(typed.indexOf('\x1b[201~')).toBe(typed.length - '\x1b[201~'.length)
  expect(typed).toContain('rm -rf x\rb')
  await context.close()
})
