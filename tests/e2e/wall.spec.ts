import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import type { Runner } from '@/contracts/runner/runner'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal } from './support/terminal'

let stack: Stack
let runners: [Runner, Runner, Runner]
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
  const { name: project } = await createProject(stack)
  const launch = async (name: string) => {
    const runner = await launchRunning(stack, { project, provider: 'shell', name })
    await typeLine(stack, runner.id, `PS1='${name}$ '; clear; printf '\\e[32mready\\e[0m ${name}\\n'`)
    await untilScreen(stack, runner.id, `ready ${name}`)
    return runner
  }
  runners = [await launch('one'), await launch('two'), await launch('three')]
})
test.afterAll(() => stack.stop())

const tileOf = (page: Page, { id }: Runner) => page.locator(`[data-testid="wall-tile"][data-runner="${id}"]`)
const rowsOf = (page: Page, runner: Runner) => tileOf(page, runner).locator('.xterm-rows')
const sizeOf = async ({ id }: Runner) => {
  const { cols, rows } = await stack.api.runner.screen.query({ id })
  return { cols, rows }
}
const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).exclude('.xterm').analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

test('the wall shows the chosen terminals live, is driven by keys, and reshapes none of them', async ({
  browser,
}, info) => {
  const { page } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  const [one, two, three] = runners
  const sizes = await Promise.all(runners.map(sizeOf))

  // From the Fleet's selection, which the address then holds.
  for (const { id } of runners) {
    const box = page.locator(`[data-runner="${id}"]`).getByRole('checkbox')
    // A tile may move under the pointer while runners become idle.
    await expect(async () => {
      if (!(await box.isChecked())) await box.click({ force: true })
      await expect(box).toBeChecked({ timeout: 500 })
    }).toPass()
  }
  await page.getByRole('toolbar', { name: 'Selected runners' }).getByRole('link', { name: 'Wall' }).click()
  await expect(page).toHaveURL(/\/wall\?runners=/)
  for (const runner of runners) {
    expect(page.url()).toContain(runner.id)
    await expect(tileOf(page, runner).getByTestId('terminal')).toHaveAttribute('data-phase', 'attached')
    await expect(rowsOf(page, runner)).toContainText(`ready ${runner.name}`)
    await expect(tileOf(page, runner).getByTestId('terminal')).toHaveAttribute('data-role', 'viewer')
  }
  await page.reload()

  // A number leads to a terminal, what is typed there drives it, Ctrl Shift and a number leads on.
  const placeOf = async (runner: Runner) => {
    await expect(rowsOf(page, runner)).toContainText(`ready ${runner.name}`)
    return Number(await tileOf(page, runner).locator('kbd').textContent())
  }
  const [placeOne, placeTwo] = [await placeOf(one), await placeOf(two)]
  await page.keyboard.press(`${placeTwo}`)
  await page.keyboard.type('echo typed $((40+2))')
  await page.keyboard.press('Enter')
  await expect(rowsOf(page, two)).toContainText('typed 42')
  await expect(tileOf(page, two)).toContainText('you drive')
  await page.keyboard.press(`Control+Shift+Digit${placeOne}`)
  await page.keyboard.type('echo here $((1+1))')
  await page.keyboard.press('Enter')
  await expect(rowsOf(page, one)).toContainText('here 2')
  await expect(tileOf(page, three).getByTestId('terminal')).toHaveAttribute('data-role', 'viewer')
  expect(await Promise.all(runners.map(sizeOf))).toEqual(sizes)

  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveClass(colorScheme)
    await page.screenshot({ path: info.outputPath(`wall-${colorScheme}.png`) })
    expect.soft(await violations(page), colorScheme).toEqual([])
  }

  await tileOf(page, three).getByRole('button', { name: 'Take three off the wall' }).click()
  await expect(page.getByTestId('wall-tile')).toHaveCount(2)
  expect(page.url()).not.toContain(three.id)
  await page.getByLabel('Add a runner').selectOption(three.id)
  await expect(page.getByTestId('wall-tile')).toHaveCount(3)
  await page.goto(`${stack.url}/wall`)
  await page.getByRole('button', { name: 'Show 3 runners' }).click()
  await expect(page.getByTestId('wall-tile')).toHaveCount(3)
})

test('a phone shows one terminal at a time', async ({ browser }, info) => {
  const { page } = await openConsole(browser, stack, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  await page.goto(`${stack.url}/wall?runners=${runners.map(({ id }) => id).join(',')}`)
  await expect(rowsOf(page, runners[0])).toContainText('ready one')
  await expect(page.getByTestId('wall-tile')).toHaveCount(1)
  await page.getByRole('button', { name: 'Next terminal' }).click()
  await expect(rowsOf(page, runners[1])).toContainText('ready two')
  await expect(page.getByTestId('wall-tile')).toHaveCount(1)
  await page.screenshot({ path: info.outputPath('wall-phone.png') })
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test('the seat is asked for and handed over, and a phone that drives leaves the size as it is', async ({ browser }) => {
  const [runner] = runners
  const desk = await openConsole(browser, stack)
  const deskTerminal = await openTerminal(desk.page, stack.url, runner.id)
  await deskTerminal.attached('driver')
  const phone = await openConsole(browser, stack, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  const phoneTerminal = await openTerminal(phone.page, stack.url, runner.id)
  await phoneTerminal.attached('viewer')
  await expect.poll(async () => (await sizeOf(runner)).cols).toBeGreaterThan(120)
  const size = await sizeOf(runner)

  await phone.page.getByRole('button', { name: 'Ask for it' }).click()
  await desk.page.getByRole('button', { name: 'Not now' }).click()
  await expect(phone.page.getByRole('button', { name: 'Ask for it' })).toBeEnabled()
  await phone.page.getByRole('button', { name: 'Ask for it' }).click()
  await desk.page.getByRole('button', { name: 'Hand over' }).click()
  await phoneTerminal.attached('driver')
  await deskTerminal.attached('viewer')
  await phone.page.getByRole('toolbar', { name: 'Terminal keys' }).getByRole('button', { name: 'Enter' }).click()
  expect(await sizeOf(runner)).toEqual(size)

  // The size survives the desktop, and changes only when the phone's own is asked for.
  await desk.close()
  await phone.page.getByRole('button', { name: 'Show details' }).click()
  await expect(phone.page.getByText('drives', { exact: true })).toBeVisible()
  await phone.page.keyboard.press('Escape')
  expect(await sizeOf(runner)).toEqual(size)
  await phone.page.getByRole('button', { name: 'Fit the terminal to this screen' }).click()
  await expect.poll(async () => (await sizeOf(runner)).cols).toBeLessThan(60)
})
