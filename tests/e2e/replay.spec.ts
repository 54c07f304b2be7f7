import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type ShapedEvent, shapeRecording } from '../support/shape-recording'
import { type Stack, startStack } from '../support/stack'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { test } from './support/test'

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

const CLEAR = '\x1b[2J\x1b[H'
/** Somebody went away for an hour in it: nothing takes that long by accident. */
const HOUR: readonly ShapedEvent[] = [
  [0, 'o', `${CLEAR}booting\r\n`],
  [1, 'm', 'mend the parser', 'prompt'],
  [1.5, 'o', `${CLEAR}reading the needle file\r\n`],
  [2, 'm', 'Bash npm test', 'tool'],
  [2.5, 'o', `${CLEAR}testing\r\n`],
  [3602.5, 'o', `${CLEAR}all tests green, needle found\r\n`],
  [3603, 'm', 'turn ended', 'status'],
  [3604, 'o', `${CLEAR}bye\r\n`],
]

/** Seconds that the replay is at. */
const secondOf = async (page: Page): Promise<number> =>
  Number(await page.getByRole('slider', { name: 'Position' }).inputValue())

/** The replay of a runner whose recording is an hour long. */
async function openHour(browser: Browser): Promise<Page> {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  await typeLine(stack, id, 'exit')
  await shapeRecording(stack, id, HOUR)
  const { page } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  await page.goto(`${stack.url}/runners/${id}/replay`)
  await expect(screenOf(page)).toContainText('booting')
  return page
}

test('a marker leads to its moment, by its button, from one to the next, and by keys', async ({ browser }) => {
  const page = await openHour(browser)
  const time = page.getByTestId('replay-time')
  /** Only what was on the screen then, neither what came before nor what came after. */
  const shows = async (at: string, text: string) => {
    await expect(time).toHaveText(`${at} / 1:00:04`)
    await expect.poll(async () => (await screenOf(page).textContent())?.trim()).toBe(text)
  }
  const markers = page.getByRole('region', { name: 'Markers' }).getByRole('button')
  await expect(markers).toHaveText([/prompt: mend the parser/, /tool: Bash npm test/, /status: turn ended/])
  await markers.nth(2).click()
  await shows('1:00:03', 'all tests green, needle found')
  await markers.nth(0).click()
  await shows('0:01', 'booting')
  await page.getByRole('button', { name: 'Next marker' }).click()
  await shows('0:02', 'reading the needle file')
  await page.getByRole('button', { name: 'Next marker' }).click()
  await shows('1:00:03', 'all tests green, needle found')
  // After the last there is none to go to.
  await page.getByRole('button', { name: 'Next marker' }).click()
  await shows('1:00:03', 'all tests green, needle found')
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('Shift+ArrowLeft')
  await shows('0:02', 'reading the needle file')
  await page.getByRole('button', { name: 'Previous marker' }).click()
  await shows('0:01', 'booting')
  await page.keyboard.press('Shift+ArrowRight')
  await shows('0:02', 'reading the needle file')
})

test('an hour of silence is played past at once, and lasts an hour where pauses are not skipped', async ({
  browser,
}) => {
  const page = await openHour(browser)
  const skip = page.getByRole('switch', { name: 'Skip idle' })
  await expect(skip).toBeChecked()
  await skip.click()
  await page.getByRole('button', { name: 'Play' }).click()
  // It runs, second by second, and is inside the pause for as long as anybody would wait.
  await expect.poll(() => secondOf(page)).toBeGreaterThan(5)
  expect(await secondOf(page)).toBeLessThan(1800)
  await expect(screenOf(page)).toContainText('testing')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()

  await skip.click()
  await expect.poll(() => secondOf(page)).toBeGreaterThan(3602)
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
  await expect(screenOf(page)).toContainText('bye')
  await expect(page.getByTestId('replay-time')).toHaveText('1:00:04 / 1:00:04')
})

test('what is searched for stands on the timeline where it was printed, and leads there', async ({ browser }) => {
  const page = await openHour(browser)
  const list = page.getByRole('list', { name: 'Hits' }).getByRole('button')
  await page.getByRole('textbox', { name: 'Search in output' }).fill('Needle')
  await expect(page.getByText('2 lines')).toBeVisible()
  await expect(list).toHaveText(['0:01reading the needle file', '1:00:02all tests green, needle found'])
  const places = await page
    .getByTestId('hit')
    .evaluateAll((hits) => hits.map((hit) => Number.parseFloat((hit as HTMLElement).style.left)))
  expect(places.map(Math.round)).toEqual([0, 100])
  // The two are apart: the first is not at the very beginning, nor the second at the end.
  expect(places[0]).toBeCloseTo((1.5 / 3604) * 100, 2)
  expect(places[1]).toBeCloseTo((3602.5 / 3604) * 100, 2)
  await list.nth(1).click()
  await expect(screenOf(page)).toContainText('all tests green, needle found')
  await list.nth(0).click()
  await expect(screenOf(page)).toContainText('reading the needle file')
  await expect(screenOf(page)).not.toContainText('tests green')
  await page.getByRole('textbox', { name: 'Search in output' }).fill('nobody printed this')
  await expect(page.getByText('Not found')).toBeVisible()
  await expect(page.getByTestId('hit')).toHaveCount(0)
})
