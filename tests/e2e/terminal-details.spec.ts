import { expect } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal } from './support/terminal'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

test('details people notice: signals, directory, prompts, the way back to the end', async ({ browser }) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'details' })
  const { page } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, "PS1='\\[\\e]133;A\\a\\]$ '; clear; echo rea''dy")
  await terminal.sees('ready')

  // A notification of the program, as text only, until it is put away.
  await typeLine(stack, id, String.raw`printf '\e]777;notify;Build;done <b>\a\e]7;file://host/tmp/else%%20where\a'`)
  await expect(page.getByTestId('signal')).toHaveText('Build: done <b>')
  await expect(page.getByText('/tmp/else where', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await expect(page.getByTestId('signal')).toHaveCount(0)

  // Prompts: up to one that has scrolled away; then output comes below, and one press leads to it.
  await typeLine(stack, id, 'seq -f "line %g" 200; echo all sh""own')
  await terminal.sees('all shown')
  await terminal.root.click()
  await page.keyboard.press('Control+Shift+ArrowUp')
  await terminal.sees('line 1\n')
  await expect(page.getByRole('button', { name: 'To the end' })).toBeVisible()
  await typeLine(stack, id, 'echo came la""ter')
  await page.getByRole('button', { name: 'New output below' }).click()
  await terminal.sees('came later')
  await expect(page.getByRole('button', { name: /output below|To the end/ })).toHaveCount(0)
})

test('WebGL draws when it is asked for, and the page goes on by elements when its context is lost', async ({
  browser,
}) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'webgl' })
  const { page } = await openConsole(browser, stack)
  await page.evaluate(() => localStorage.setItem('stratavore.terminal', '{"renderer":"webgl"}'))
  const terminal = await openTerminal(page, stack.url, id)
  const host = terminal.root.locator('[data-renderer]')
  await expect(host).toHaveAttribute('data-renderer', 'webgl')
  await expect(terminal.root.locator('.xterm-rows')).toHaveCount(0)
  await typeLine(stack, id, 'echo drawn a""nyway')
  await terminal.root.locator('canvas').evaluateAll((canvases) => {
    for (const canvas of canvases as HTMLCanvasElement[])
      canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext()
  })
  await expect(host).toHaveAttribute('data-renderer', 'dom')
  await terminal.sees('drawn anyway')
})

test('a page that was too slow for what was printed says that output was skipped, and shows the present screen', async ({
  browser,
}, info) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'flood' })
  const { page, context } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  const terminal = await openTerminal(page, stack.url, id)
  await typeLine(stack, id, "PS1='$ '; clear; echo rea''dy")
  await terminal.sees('ready')
  const mark = page.getByText('Output was skipped: this is the screen as it is now.')
  await expect(mark).toHaveCount(0)
  const debug = await context.newCDPSession(page)
  await debug.send('Debugger.enable')
  let floods = 0
  for (const colorScheme of ['dark', 'light'] as const) {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      await expect(page.locator('html')).toHaveClass(colorScheme)
      await expect(mark).toHaveCount(0, { timeout: 10_000 })
      // It stands still while far more is printed than is sent to who shows nothing.
      await debug.send('Debugger.pause')
      floods += 1
      await typeLine(stack, id, `clear; seq -f "%040g" 200000; echo "flood" $((${floods}+0)) is over`)
      await untilScreen(stack, id, `flood ${floods} is over`)
      await debug.send('Debugger.resume')
      await expect(mark).toBeVisible()
      await terminal.sees(`flood ${floods} is over`)
      await page.screenshot({ path: info.outputPath(`skipped-${colorScheme}-${width}.png`) })
    }
  }
  await expect(mark).toHaveCount(0, { timeout: 10_000 })
  await context.close()
})
