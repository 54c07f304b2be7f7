import { type BrowserContext, expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal, type TerminalView } from './support/terminal'
import { test } from './support/test'

/** What helps to read a terminal: finding, copying, letters, a screen reader. */
let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

interface Shell {
  id: string
  page: Page
  context: BrowserContext
  terminal: TerminalView
}

/** A shell with nothing on its screen but what `command` prints; `shown` is the last of that. */
async function shellThatPrints(
  browser: Parameters<typeof openConsole>[0],
  command: string,
  shown: string,
): Promise<Shell> {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const { page, context } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, `PS1='$ '; clear; ${command}`)
  await terminal.sees(shown)
  return { id, page, context, terminal }
}

/** Changes something in the terminal's settings. */
async function inSettings(page: Page, change: (settings: ReturnType<Page['getByRole']>) => Promise<void>) {
  await page.getByRole('button', { name: 'Terminal settings' }).click()
  await change(page.getByRole('dialog', { name: 'Terminal settings' }))
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Terminal settings' })).toHaveCount(0)
}

test('finding counts what has scrolled away too, goes from match to match, and each is in view', async ({
  browser,
}, info) => {
  const filler = 'seq -f "filler %g" 150'
  const print = [1, 2, 3].map((at) => `echo nee""dle-${at}-here; ${filler}`).join('; ')
  const { page, terminal } = await shellThatPrints(browser, `${print}; echo do""ne`, 'done')
  await terminal.root.click()
  await page.keyboard.press('Control+Shift+KeyF')
  const bar = page.getByRole('search')
  const count = bar.getByRole('status')
  const marks = terminal.root.locator('.xterm-find-result-decoration').filter({ visible: true })
  /** The match, with its mark, is where the reader looks. */
  const inView = async (which: string, words: string) => {
    await expect(count).toHaveText(words)
    await terminal.sees(`needle-${which}-here`)
    await expect(marks.first()).toBeInViewport()
  }
  // Typed letter by letter: the match nearest the end is first, whatever the letters before it matched.
  await page.keyboard.type('needle')
  await inView('3', '3 of 3')
  await page.screenshot({ path: info.outputPath('find-dark.png') })
  await bar.getByRole('button', { name: 'Earlier match' }).click()
  await inView('2', '2 of 3')
  await bar.getByRole('button', { name: 'Earlier match' }).click()
  await inView('1', '1 of 3')
  await bar.getByRole('button', { name: 'Later match' }).click()
  await inView('2', '2 of 3')
  await bar.getByRole('textbox').press('Shift+Enter')
  await inView('3', '3 of 3')
  await bar.getByRole('textbox').press('Enter')
  await inView('2', '2 of 3')
  await bar.getByRole('textbox').fill('nowhere to be found')
  await expect(count).toHaveText('None')
  await expect(marks).toHaveCount(0)

  await bar.getByRole('textbox').press('Escape')
  await expect(bar).toHaveCount(0)
  // The keys are the program's again.
  await page.keyboard.type('echo ba""ck')
  await page.keyboard.press('Enter')
  await terminal.sees(/^back$/m)
})

test('what is selected is copied where that is wished, and only there', async ({ browser }) => {
  const { id, page, terminal, context } = await shellThatPrints(browser, 'echo pick""me; echo or""me', 'orme')
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  /** With the mouse where the word is: the terminal takes it above what is drawn. */
  const select = async (word: string) => {
    const row = terminal.root.locator('.xterm-rows > div').filter({ hasText: new RegExp(`^${word}`) })
    const box = await row.boundingBox()
    if (box === null) throw new Error(`${word} is not drawn`)
    await page.mouse.dblclick(box.x + 12, box.y + box.height / 2)
  }
  await page.evaluate(() => navigator.clipboard.writeText('own'))
  await select('pickme')
  // Selected it is, or it could not be copied by hand; and by then selecting alone would have copied it.
  await typeLine(stack, id, 'echo lat""er')
  await terminal.sees('later')
  expect(await clipboard()).toBe('own')
  await select('pickme')
  await page.keyboard.press('Control+Shift+KeyC')
  await expect.poll(clipboard).toBe('pickme')

  await inSettings(page, (settings) => settings.getByRole('switch', { name: 'Copy on select' }).click())
  await select('orme')
  await expect.poll(clipboard).toBe('orme')
  // Finding selects too, letter by letter and again as output comes: that is nobody's wish.
  await page.keyboard.press('Control+Shift+KeyF')
  await page.keyboard.type('pickme')
  const count = page.getByRole('search').getByRole('status')
  await expect(count).toHaveText(/of 1$/)
  await typeLine(stack, id, 'echo and pick""me')
  await expect(count).toHaveText(/of 2$/)
  expect(await clipboard()).toBe('orme')
  await select('later')
  await expect.poll(clipboard).toBe('later')
  await page.reload()
  await terminal.attached()
  await terminal.sees('pickme')
  await select('pickme')
  await expect.poll(clipboard).toBe('pickme')
  await inSettings(page, (settings) => settings.getByRole('switch', { name: 'Copy on select' }).click())
  await select('orme')
  await page.keyboard.press('Control+Shift+KeyC')
  await expect.poll(clipboard).toBe('orme')
  await context.close()
})

test('font and size are chosen, apply at once, and are there after a reload', async ({ browser }, info) => {
  const { id, page, terminal } = await shellThatPrints(browser, 'echo lett""ers', 'letters')
  const drawn = () =>
    terminal.root.locator('.xterm-rows').evaluate((rows) => {
      const { fontFamily, fontSize } = getComputedStyle(rows)
      return { fontSize, first: fontFamily.split(',')[0]?.replaceAll('"', '') }
    })
  const columns = async () => (await stack.api.runner.screen.query({ id })).cols
  await expect.poll(drawn).toEqual({ fontSize: '13px', first: 'ui-monospace' })
  const before = await columns()
  await inSettings(page, async (settings) => {
    for (let px = 13; px < 18; px += 1) await settings.getByRole('button', { name: 'Larger letters' }).click()
    await expect(settings.getByText('18 px')).toBeVisible()
    await settings.getByLabel('Font').fill('Geist Mono Variable')
    await page.screenshot({ path: info.outputPath('settings-dark.png') })
  })
  const chosen = { fontSize: '18px', first: 'Geist Mono Variable' }
  await expect.poll(drawn).toEqual(chosen)
  // Larger letters are fewer of them: the program learns of it.
  await expect.poll(columns).toBeLessThan(before * 0.8)
  const after = await columns()
  await page.reload()
  await terminal.attached()
  await terminal.sees('letters')
  await expect.poll(drawn).toEqual(chosen)
  await expect.poll(columns).toBe(after)
  await inSettings(page, async (settings) => {
    for (let px = 18; px > 13; px -= 1) await settings.getByRole('button', { name: 'Smaller letters' }).click()
    await settings.getByLabel('Font').fill('')
  })
  await expect.poll(drawn).toEqual({ fontSize: '13px', first: 'ui-monospace' })
  await expect.poll(columns).toBe(before)
})

test('a screen reader is given the text, and what comes, where that is wished', async ({ browser }) => {
  const { id, page, terminal } = await shellThatPrints(browser, 'echo read-me-al""oud', 'read-me-aloud')
  // By their roles: what is hidden from a screen reader is not found this way.
  const lines = terminal.root.getByRole('listitem')
  await expect(lines).toHaveCount(0)
  await inSettings(page, (settings) => settings.getByRole('switch', { name: 'Screen reader' }).click())
  await expect(lines.filter({ hasText: 'read-me-aloud' })).toHaveCount(1)
  await typeLine(stack, id, 'echo new""s')
  await expect(lines.filter({ hasText: /^news/ })).toHaveCount(1)
  await expect(terminal.root.locator('[aria-live=assertive]')).toContainText('news')
  await page.reload()
  await terminal.attached()
  await expect(lines.filter({ hasText: 'read-me-aloud' })).toHaveCount(1)
  await inSettings(page, (settings) => settings.getByRole('switch', { name: 'Screen reader' }).click())
  await expect(lines).toHaveCount(0)
})

/** Prints one part of its frames for each key. */
const FRAMES = `
const parts = [
  '\\x1b[2J\\x1b[HOLD FRAME',
  '\\x1b[?2026h\\x1b[2J\\x1b[HHALF',
  '\\x1b[5;1HWHOLE\\x1b[?2026l',
  '\\x1b[?2026h\\x1b[2J\\x1b[HNEVER ENDED',
]
process.stdin.setRawMode(true)
process.stdin.on('data', (keys) => { for (const key of keys) process.stdout.write(parts.shift() ?? '') })
process.stdout.write('wait' + 'ing')
`

test('a synchronized frame is shown once it is whole; one that never ends is not waited for for ever', async ({
  browser,
}) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  const { page } = await openConsole(browser, stack)
  let received = ''
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      received += payload.toString('latin1')
    }),
  )
  // The page's time is the test's from here on: how long a frame may be held is no race then.
  await page.clock.install()
  const terminal = await openTerminal(page, stack.url, id)
  const script = Buffer.from(FRAMES).toString('base64')
  await typeLine(stack, id, `clear; '${process.execPath}' -e "$(echo ${script} | base64 -d)"`)
  await terminal.sees('waiting')
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1000)

  /** The next part has come to the page, and everything that is due at once is done. */
  const comes = async (part: string) => {
    received = ''
    await stack.api.runner.send.mutate({ id, text: 'k' })
    await untilScreen(stack, id, part)
    await expect.poll(() => received).toContain(part)
    await page.clock.runFor(300)
  }
  await comes('OLD FRAME')
  await terminal.sees('OLD FRAME')
  await comes('HALF')
  expect(await terminal.text()).toBe('OLD FRAME')
  await page.clock.runFor(300)
  expect(await terminal.text()).toBe('OLD FRAME')
  await comes('WHOLE')
  await terminal.sees(/^HALF\n+WHOLE$/)
  await comes('NEVER ENDED')
  expect(await terminal.text()).toMatch(/^HALF\n+WHOLE$/)
  await page.clock.runFor(2000)
  await terminal.sees(/^NEVER ENDED$/)
})
