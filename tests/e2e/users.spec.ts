import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  test.setTimeout(180_000)
  stack = await startStack()
})
test.afterAll(() => stack.stop())

const problems = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test('an owner invites a viewer, who sees their project only and cannot type', async ({ browser }, info) => {
  test.setTimeout(180_000)
  const [shared, hidden] = [await createProject(stack), await createProject(stack)]
  const runner = await launchRunning(stack, { project: shared.name, provider: 'shell' })
  await launchRunning(stack, { project: hidden.name, provider: 'shell' })

  const owner = await openConsole(browser, stack)
  await owner.page.goto(`${stack.url}/settings`)
  await owner.page.getByRole('button', { name: 'New user' }).click()
  await owner.page.getByLabel('Name').fill('vera')
  await owner.page.getByRole('button', { name: 'Make user' }).click()
  const link = (await owner.page.getByTestId('invitation').textContent()) ?? ''
  await owner.page.getByRole('button', { name: 'Done' }).click()
  await owner.page.getByRole('button', { name: 'Change vera' }).click()
  await owner.page.getByLabel(`vera in ${shared.name}`).selectOption('viewer')
  await expect
    .poll(async () => (await stack.api.user.list.query()).find(({ name }) => name === 'vera')?.grants)
    .toHaveLength(1)
  await owner.page.screenshot({ path: info.outputPath('owner-dark.png') })
  expect(await problems(owner.page)).toEqual([])

  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'light' })
  const page = await context.newPage()
  await page.goto(link)
  await page.goto(`${stack.url}/projects`)
  await expect(page.getByText(shared.name).first()).toBeVisible()
  await expect(page.getByText(hidden.name)).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'New project' })).toHaveCount(0)
  await page.screenshot({ path: info.outputPath('viewer-projects-light.png') })

  await page.goto(`${stack.url}/runners/${runner.id}`)
  await expect(page.getByText('You may watch, not type.')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('button', { name: 'Take control' })).toHaveCount(0)
  await page.keyboard.type('echo smuggled\n')
  await typeLine(stack, runner.id, 'echo se""ttled')
  expect(await untilScreen(stack, runner.id, 'settled')).not.toContain('smuggled')
  await page.screenshot({ path: info.outputPath('viewer-terminal-light.png') })
  expect(await problems(page)).toEqual([])

  await owner.page.getByRole('button', { name: 'Disable' }).click()
  await expect
    .poll(async () => (await page.request.get(`${stack.url}/projects`, { maxRedirects: 0 })).status())
    .not.toBe(200)
  await context.close()
  await owner.close()
})
