import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { launchRunning } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack()
})
test.afterAll(() => stack.stop())

test('who drives is on the runner’s page, and is told that keystrokes are recorded where they are', async ({
  browser,
}, info) => {
  const path = join(stack.workDir, 'recorded')
  mkdirSync(path)
  await stack.api.project.create.mutate({ name: 'recorded', path, defaultProvider: 'shell' })
  const before = await launchRunning(stack, { project: 'recorded' })
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/projects/recorded`)
  const keystrokes = page.getByLabel('Keystrokes (of new runners)')
  await keystrokes.selectOption('on')
  await page.locator('form', { has: keystrokes }).getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Project saved')).toBeVisible()
  expect((await stack.api.project.get.query({ project: 'recorded' })).recordsInput).toBe(true)

  const notice = page.getByText('What you type here is recorded.')
  await page.goto(`${stack.url}/runners/${before.id}`)
  await expect(page.getByTestId('drivers')).toContainText('owner')
  await expect(page.getByText('Who drives is recorded, keystrokes are not.')).toBeVisible()
  await expect(notice).toHaveCount(0)

  const runner = await launchRunning(stack, { project: 'recorded' })
  await page.goto(`${stack.url}/runners/${runner.id}`)
  await expect(notice).toBeVisible()
  const drivers = page.getByTestId('drivers')
  await expect(drivers).toContainText('drives now')
  await expect(page.getByText('Keystrokes are recorded.')).toBeVisible()
  await page.reload()
  await expect(drivers).toContainText('their connection ended')
  // A page that is loaded anew waits for no seat: the one before has left.
  await expect(notice).toBeVisible({ timeout: 4_000 })

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [width, height] of [
      [1280, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.reload()
      if (width < 1000) await page.getByRole('button', { name: /details/i }).click()
      await expect(drivers).toBeVisible()
      await drivers.scrollIntoViewIfNeeded()
      await page.screenshot({ path: info.outputPath(`drivers-${colorScheme}-${width}.png`) })
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.reload()
  await expect(drivers).toBeVisible()
  const found = await new AxeBuilder({ page }).exclude('.xterm').analyze()
  expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
})
