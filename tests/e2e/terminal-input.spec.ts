import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CDPSession, expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal, type TerminalView } from './support/terminal'
import { test } from './support/test'

/** Text that is composed (input methods, phones' keyboards), as a program gets it. */
let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

/** A program that keeps every byte it is typed, and asks the terminal for something before. */
async function keeper(page: Page, asks = ''): Promise<{ terminal: TerminalView; got(): string }> {
  const { name: project, path } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, `stty raw -echo; printf '%brea%s' '${asks}' dy; cat > got`)
  await terminal.sees('ready')
  await terminal.root.click()
  const file = join(path, 'got')
  return { terminal, got: () => (existsSync(file) ? readFileSync(file, 'utf8') : '') }
}

/** Composes step by step, with the key events that go to the input method, and commits. */
async function compose(cdp: CDPSession, steps: readonly string[], committed: string): Promise<void> {
  for (const text of steps) {
    const key = { windowsVirtualKeyCode: 229, key: 'Process', code: 'KeyN' }
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key })
    await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
  }
  await cdp.send('Input.insertText', { text: committed })
}

/** A key that an input method takes without composing anything, as phones' keyboards do with most. */
async function takenKey(cdp: CDPSession, text: string): Promise<void> {
  const key = { windowsVirtualKeyCode: 229, key: 'Unidentified', code: '' }
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key })
  await cdp.send('Input.insertText', { text })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
}

/** A page that is busy runs what it put off late: long after the keys that came meanwhile. */
const runTimersLate = (page: Page, lateMs: number) =>
  page.addInitScript((ms) => {
    const { setTimeout } = window
    Object.assign(window, {
      setTimeout: (action: () => void, after = 0, ...rest: unknown[]) =>
        setTimeout(action, after === 0 ? ms : after, ...rest),
    })
  }, lateMs)

for (const [pace, lateMs] of [
  ['', 0],
  [', on a page that is a little late too', 15],
  [', on a busy page too', 300],
] as const)
  test(`what an input method composes arrives once, as it was committed, and keys around it in their place${pace}`, async ({
    browser,
  }) => {
    const { page, context } = await openConsole(browser, stack)
    await runTimersLate(page, lateMs)
    const { got } = await keeper(page)
    const cdp = await context.newCDPSession(page)
    await page.keyboard.type('a')
    await compose(cdp, ['n', 'に', 'にh', 'にほ', 'にほん'], '日本')
    await page.keyboard.type('b')
    await compose(cdp, ['ㅎ', '하', '한'], '한')
    await compose(cdp, ['글'], '글')
    await page.keyboard.press('Enter')
    // As an emoji picker does it.
    await cdp.send('Input.insertText', { text: '👩‍💻' })
    await compose(cdp, ['n', 'に'], '日')
    await cdp.send('Input.insertText', { text: '👍' })
    // Given up: nothing of it is sent.
    await compose(cdp, ['n', 'に'], '')
    await cdp.send('Input.insertText', { text: '🎉' })
    await takenKey(cdp, '，')
    await takenKey(cdp, '。')
    await compose(cdp, ['ㄱ', '가'], '가')
    await takenKey(cdp, '!')
    await page.keyboard.type('é end')
    await expect.poll(got).toContain('end')
    expect(got()).toBe('a日本b한글\r👩‍💻日👍🎉，。가!é end')
  })

test('a phone: composed words, and the keys of the bar between them', async ({ browser }) => {
  const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }
  const { page, context } = await openConsole(browser, stack, phone)
  await runTimersLate(page, 300)
  const { got, terminal } = await keeper(page)
  const cdp = await context.newCDPSession(page)
  const bar = page.getByRole('toolbar', { name: 'Terminal keys' })
  await terminal.root.locator('textarea').focus()
  await compose(cdp, ['l', 'ls'], 'ls')
  await bar.getByRole('button', { name: 'Enter' }).click()
  // Its keyboard composes single letters too.
  await bar.getByRole('button', { name: 'Ctrl' }).click()
  await compose(cdp, ['c'], 'c')
  await expect(bar.getByRole('button', { name: 'Ctrl' })).toHaveAttribute('aria-pressed', 'false')
  await compose(cdp, ['ende'], 'ende')
  await bar.getByRole('button', { name: 'Esc' }).click()
  await expect.poll(got).toContain('\x1b')
  expect(got()).toBe('ls\r\x03ende\x1b')
})

test('a phone: Ctrl of the bar waits for a key, not for a report of the focus', async ({ browser }) => {
  const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }
  const { page, context } = await openConsole(browser, stack, phone)
  const { got, terminal } = await keeper(page, String.raw`\e[?1004h`)
  const keys = terminal.root.locator('textarea')
  const ctrl = page.getByRole('toolbar', { name: 'Terminal keys' }).getByRole('button', { name: 'Ctrl' })
  await keys.focus()
  await expect.poll(got).toContain('\x1b[I')
  await ctrl.click()
  await keys.blur()
  await keys.focus()
  await expect.poll(got).toContain('\x1b[O\x1b[I')
  await expect(ctrl).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.type('ab')
  await expect.poll(got).toContain('\x01b')
  await expect(ctrl).toHaveAttribute('aria-pressed', 'false')
  await context.close()
})

test('wide characters and emoji are drawn where the program thinks they are', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, String.raw`clear; printf '日本語|\r\e[6C!\n👍ok\n'; echo dra""wn`)
  await terminal.sees('drawn')
  const rows = await terminal.rows()
  expect(rows).toContain('日本語!')
  expect(rows).toContain('👍ok')
  expect((await stack.api.runner.screen.query({ id })).text).toContain('日本語!')
})

test('links and titles of a program lead nowhere but to the web', async ({ browser }) => {
  const { page, context } = await openConsole(browser, stack)
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const terminal = await openTerminal(page, stack.url, id)
  const link = (url: string, text: string) => String.raw`\e]8;;${url}\a${text}\e]8;;\a`
  const links = [
    link('javascript:window.hacked=1', 'JJJJ'),
    link('file:///etc/passwd', 'FFFF'),
    link('data:text/html,x', 'DDDD'),
    link(`${stack.url}/nowhere`, 'WWWW'),
  ]
  const title = String.raw`\e]2;<img src=x onerror="window.hacked=1">\a`
  await typeLine(stack, id, `PS1=; clear; printf '${title}${links.join(String.raw`\n`)}\nsho''wn\n'`)
  await terminal.sees('shown')
  const opened: string[] = []
  context.on('page', (other) => opened.push(other.url()))
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => opened.push('a dialog')))
  const press = async (text: string) => {
    const row = terminal.root.locator('.xterm-rows > div').filter({ hasText: text })
    const box = await row.boundingBox()
    if (box === null) throw new Error(`${text} is not drawn`)
    await page.mouse.move(box.x + 12, box.y + box.height / 2)
    await page.mouse.click(box.x + 14, box.y + box.height / 2)
  }
  for (const text of ['JJJJ', 'FFFF', 'DDDD']) await press(text)
  // The last one is followed: so the others were pressed in the right place, and had their chance.
  await Promise.all([context.waitForEvent('page'), press('WWWW')])
  expect(opened).toHaveLength(1)
  expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  await page.goto(stack.url)
  await expect(page.getByTestId('runner-tile').first()).toBeVisible()
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
})

test('a bell marks the tile of a runner that nobody looks at, until somebody does', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'ringer' })
  await page.goto(stack.url)
  const tile = page.locator(`[data-testid=runner-tile][data-runner="${id}"]`)
  await expect(tile).toBeVisible()
  await typeLine(stack, id, String.raw`printf '\e]9;<b>tests</b> are green\a'`)
  await expect(tile.getByTestId('notice-line')).toHaveText('<b>tests</b> are green')
  await tile.getByRole('link', { name: 'ringer' }).click()
  // The page is there before its terminal is: only who is attached has looked.
  await expect(page.getByText('Looked at')).toBeVisible()
  await page.goto(stack.url)
  await expect(tile).toBeVisible()
  await expect(tile.getByTestId('notice-line')).toHaveCount(0)
})

test('the desktop is asked for once it is wanted, and hears of what rings while the page is hidden', async ({
  browser,
}) => {
  const { page, context } = await openConsole(browser, stack)
  // Headless Chromium shows no notifications: these stand in for the desktop.
  await page.addInitScript(() => {
    const shown: unknown[] = []
    class FakeNotification {
      static permission = 'default'
      static asked = 0
      static async requestPermission() {
        FakeNotification.asked += 1
        FakeNotification.permission = 'granted'
        return 'granted'
      }
      onclick = null
      constructor(title: string, options: { body: string }) {
        shown.push([title, options.body])
      }
      close() {}
    }
    Object.assign(window, { Notification: FakeNotification, shown })
  })
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'desk' })
  const other = await launchRunning(stack, { project, provider: 'shell', name: 'other' })
  await openTerminal(page, stack.url, id)
  expect(await page.evaluate(() => Reflect.get(Notification, 'asked'))).toBe(0)
  await page.getByRole('button', { name: 'Terminal settings' }).click()
  await page.getByRole('switch', { name: 'Desktop notifications' }).click()
  await expect(page.getByRole('switch', { name: 'Desktop notifications' })).toBeChecked()
  await page.keyboard.press('Escape')
  const shown = () => page.evaluate(() => Reflect.get(window, 'shown'))
  // Looked at: nothing.
  await typeLine(stack, id, String.raw`printf '\e]9;seen\a'`)
  await expect(page.getByTestId('signal')).toHaveText('seen')
  expect(await shown()).toEqual([])
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }))
  await typeLine(stack, other.id, String.raw`printf '\e]9;unseen\a'`)
  // The news of the first may come only now: this page is told of it either way.
  await expect.poll(shown).toContainEqual(['other', 'unseen'])
  await context.close()
})
