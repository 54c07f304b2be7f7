import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { MAX_ON_WALL } from '@/components/wall/wall-choice'
import type { Runner } from '@/contracts/runner/runner'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal } from './support/terminal'
import { test } from './support/test'

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
/** Selects a runner on the Fleet. */
async function select(page: Page, id: string): Promise<void> {
  const box = page.locator(`[data-runner="${id}"]`).getByRole('checkbox')
  // A tile may move under the pointer while runners become idle.
  await expect(async () => {
    if (!(await box.isChecked())) await box.click({ force: true })
    await expect(box).toBeChecked({ timeout: 500 })
  }).toPass()
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
  for (const { id } of runners) await select(page, id)
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
  await desk.page.getByRole('button', { name: 'Hand over', exact: true }).click()
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

  // Once it is no longer wanted, the phone reshapes no desktop's terminal by driving it.
  await phone.page.getByRole('button', { name: 'Fit the terminal to this screen' }).click()
  const again = await openConsole(browser, stack)
  const againTerminal = await openTerminal(again.page, stack.url, runner.id)
  await again.page.getByRole('button', { name: 'Take control' }).click()
  await againTerminal.attached('driver')
  await expect.poll(() => sizeOf(runner)).toEqual(size)
  await phone.page.getByRole('button', { name: 'Take control' }).click()
  await phoneTerminal.attached('driver')
  await phone.page.getByRole('toolbar', { name: 'Terminal keys' }).getByRole('button', { name: 'Enter' }).click()
  await againTerminal.attached('viewer')
  expect(await sizeOf(runner)).toEqual(size)
  await again.close()
  await phone.close()
})

test('who drives hands the seat on unasked, or lets it go for whoever types next', async ({ browser }, info) => {
  // Of its own: windows of earlier tests still watch the others.
  const { name: project } = await createProject(stack)
  const runner = await launchRunning(stack, { project, provider: 'shell', name: 'handed' })
  const desk = await openConsole(browser, stack)
  const deskTerminal = await openTerminal(desk.page, stack.url, runner.id)
  await deskTerminal.attached('driver')
  const other = await openConsole(browser, stack)
  const otherTerminal = await openTerminal(other.page, stack.url, runner.id)
  await otherTerminal.attached('viewer')

  await desk.page.screenshot({ path: info.outputPath('presence-dark.png') })
  await desk.page.emulateMedia({ colorScheme: 'light' })
  await expect(desk.page.locator('html')).toHaveClass('light')
  await desk.page.screenshot({ path: info.outputPath('presence-light.png') })
  expect(await violations(desk.page)).toEqual([])

  await desk.page.getByRole('button', { name: 'Hand over to' }).click()
  await otherTerminal.attached('driver')
  await deskTerminal.attached('viewer')
  await expect(desk.page.getByRole('button', { name: 'Hand over to' })).toHaveCount(0)

  await other.page.getByRole('button', { name: 'Let go' }).click()
  await otherTerminal.attached('viewer')
  await desk.page.locator('.xterm-helper-textarea').focus()
  await desk.page.keyboard.type('echo back $((40+2))')
  await desk.page.keyboard.press('Enter')
  await deskTerminal.attached('driver')
  await deskTerminal.sees('back 42')
  await desk.close()
  await other.close()
})

/** One more runner than a wall holds; launched once, for the tests from here on. */
let ten: Promise<Runner[]> | undefined
async function launchTen(): Promise<Runner[]> {
  const { name: project } = await createProject(stack)
  const launched: Runner[] = []
  for (let at = 1; at <= MAX_ON_WALL + 1; at += 1)
    launched.push(await launchRunning(stack, { project, provider: 'shell', name: `tile-${at}` }))
  return launched
}
const tenRunners = () => {
  ten ??= launchTen()
  return ten
}
const addressOf = (shown: readonly Runner[]) => `${stack.url}/wall?runners=${shown.map(({ id }) => id).join(',')}`
const noteOf = (page: Page) => page.getByText('A wall holds 9 terminals: take one off to add another.')

test('nine live terminals are on a wall, each with its own output; a tenth of the address is refused and told why', async ({
  browser,
}, info) => {
  const all = await tenRunners()
  const nine = all.slice(0, MAX_ON_WALL)
  const { page, close } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  await page.goto(addressOf(all))
  await expect(page.getByTestId('wall-tile')).toHaveCount(MAX_ON_WALL)
  await expect(noteOf(page)).toHaveText(/^1 more runner is not shown\./)
  await expect(page.getByRole('heading', { name: 'tile-10' })).toHaveCount(0)
  for (const runner of nine)
    await expect(tileOf(page, runner).getByTestId('terminal')).toHaveAttribute('data-phase', 'attached')
  // Printed now, while it is looked at.
  for (const { id, name } of nine) await typeLine(stack, id, `clear; echo li""ve-${name}-`)
  for (const runner of nine) {
    await expect(rowsOf(page, runner)).toContainText(`live-${runner.name}-`)
    const drawn = (await rowsOf(page, runner).textContent()) ?? ''
    expect(new Set(drawn.match(/live-tile-\d+-/g))).toEqual(new Set([`live-${runner.name}-`]))
  }
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveClass(colorScheme)
    await page.screenshot({ path: info.outputPath(`nine-${colorScheme}.png`) })
  }
  expect(await violations(page)).toEqual([])
  await close()
})

test('a full wall says that it is full, and takes another once there is room', async ({ browser }, info) => {
  const all = await tenRunners()
  const tenth = all.at(-1)
  if (!tenth) throw new Error('there is no tenth')
  const { page, close } = await openConsole(browser, stack, { viewport: { width: 390, height: 844 } })
  await page.goto(addressOf(all.slice(0, MAX_ON_WALL)))
  await expect(noteOf(page)).toHaveText(/^A wall holds/)
  await expect(page.getByLabel('Add a runner')).toHaveCount(0)
  await page.screenshot({ path: info.outputPath('full-phone.png') })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('button', { name: 'Take tile-1 off the wall' }).click()
  await expect(noteOf(page)).toHaveCount(0)
  await page.getByLabel('Add a runner').selectOption(tenth.id)
  await expect(rowsOf(page, tenth)).toBeVisible()
  await typeLine(stack, tenth.id, 'echo li""ve-tenth')
  await expect(rowsOf(page, tenth)).toContainText('live-tenth')
  await expect(page.getByTestId('wall-tile')).toHaveCount(MAX_ON_WALL)
  await close()
})

test('ten selected on the Fleet are too many for a wall, and nine are not', async ({ browser }, info) => {
  const all = await tenRunners()
  const { page, close } = await openConsole(browser, stack, { viewport: { width: 1280, height: 800 } })
  const selection = page.getByRole('toolbar', { name: 'Selected runners' })
  const wall = selection.getByRole('link', { name: 'Wall' })
  const refusal = selection.getByText('A wall holds 9 at most')
  for (const { id } of all.slice(0, MAX_ON_WALL)) await select(page, id)
  await expect(wall).toBeVisible()
  await expect(refusal).toHaveCount(0)
  for (const { id } of all.slice(MAX_ON_WALL)) await select(page, id)
  await expect(refusal).toBeVisible()
  await expect(wall).toHaveCount(0)
  await page.screenshot({ path: info.outputPath('ten-selected.png') })
  await close()
})
