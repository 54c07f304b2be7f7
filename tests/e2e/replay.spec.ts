import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

const screenOf = (page: Page) => page.getByTestId('replay').locator('.xterm-rows')
const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).exclude('.xterm').analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

test('what was on a screen is played again: scrubbed, searched, by keys, also on a phone', async ({
  browser,
}, info) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'recorded' })
  await typeLine(stack, id, "PS1='$ '; clear; printf '\\e[32mfirst\\e[0m %s\\n' needle")
  await untilScreen(stack, id, 'first needle')
  // Time passes between the two in the recording: it tells which second something was printed in.
  await typeLine(stack, id, 'sleep 3; clear; echo "second" $((40+2))')
  await untilScreen(stack, id, 'second 42')
  await typeLine(stack, id, 'exit')
  await waitUntil('the recording has it all', async () => {
    const { lives } = await stack.api.recording.info.query({ id })
    return lives[0] !== undefined && lives[0].duration > 3 && !lives[0].growing
  })

  const { page } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  await page.goto(`${stack.url}/runners/${id}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Replay' }).click()
  await expect(page.getByRole('heading', { name: 'Replay of recorded', level: 1 })).toBeVisible()
  const scrubber = page.getByRole('slider', { name: 'Position' })
  await expect(scrubber).toHaveAttribute('max', /^[3-9]/)

  // A search leads to its moment; the timeline shows it too.
  await page.getByRole('textbox', { name: 'Search in output' }).fill('FIRST needle')
  const hit = page.getByRole('list', { name: 'Hits' }).getByRole('button').last()
  await expect(hit).toContainText('first needle')
  await expect(page.getByTestId('hit').first()).toBeAttached()
  await hit.click()
  await expect(screenOf(page)).toContainText('first needle')
  await expect(screenOf(page)).not.toContainText('second 42')

  // Forward and back by keys; back draws the earlier screen again.
  await page.getByRole('heading', { level: 1 }).click()
  const duration = Number(await scrubber.getAttribute('max'))
  for (let moved = 0; moved < duration; moved += 5) await page.keyboard.press('ArrowRight')
  await expect(screenOf(page)).toContainText('$')
  await expect(scrubber).toHaveValue(String(duration))
  for (let moved = 0; moved <= duration; moved += 5) await page.keyboard.press('ArrowLeft')
  await expect(scrubber).toHaveValue('0')
  await expect(screenOf(page)).not.toContainText('second 42')

  // Played at speed, pauses skipped, it comes to its end by itself.
  await page.getByLabel('Speed').selectOption('4')
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press(' ')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
  await expect(screenOf(page)).toContainText('second 42')
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()

  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveClass(colorScheme)
    await page.screenshot({ path: info.outputPath(`replay-${colorScheme}.png`) })
    expect.soft(await violations(page), colorScheme).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
  await page.screenshot({ path: info.outputPath('replay-phone.png') })
  expect.soft(await violations(page), 'phone').toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})
