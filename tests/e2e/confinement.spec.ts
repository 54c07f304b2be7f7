import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { installDebian } from '../support/debian-package'
import { groupToDivide } from '../support/group-to-divide'
import { launchRunning } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  if (!existsSync('/usr/bin/bwrap')) await installDebian('bubblewrap')
  stack = await startStack()
})
test.afterAll(() => stack.stop())

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).exclude('.xterm').analyze()
  return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ help }) => help)
}

/** Every fact that the page tells of a runner, by its name. */
async function factsOf(list: Locator): Promise<Record<string, string>> {
  const [names, values] = await Promise.all(['dt', 'dd'].map((part) => list.locator(part).allInnerTexts()))
  return Object.fromEntries((names ?? []).map((name, index) => [name, values?.[index] ?? '']))
}

test('a project is put into a sandbox, and its runner’s page says what holds', async ({ browser }, info) => {
  const path = join(stack.workDir, 'confined')
  const notes = join(stack.workDir, 'notes')
  for (const directory of [path, notes]) mkdirSync(directory)
  await stack.api.project.create.mutate({ name: 'confined', path, defaultProvider: 'shell' })
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/projects/confined`)
  const panel = page.getByRole('region', { name: 'Confinement' })
  await panel.getByLabel('Sandbox').selectOption('on')
  await panel.getByLabel('Network').selectOption('off')
  await panel.getByLabel('May read too').fill('/')
  await panel.getByRole('button', { name: 'Confine' }).click()
  await expect(panel.getByText('must not be the root directory')).toBeVisible()
  await panel.getByLabel('May read too').fill(notes)
  await panel.getByRole('button', { name: 'Confine' }).click()
  await expect(page.getByText('Confinement saved')).toBeVisible()
  expect(await stack.api.project.confinement.query({ project: 'confined' })).toMatchObject({
    ...{ sandbox: true, network: false, readable: [notes], user: null },
  })

  const runner = await launchRunning(stack, { project: 'confined', name: 'in a box' })
  await page.goto(`${stack.url}/runners/${runner.id}`)
  const facts = page.getByTestId('confinement')
  // What this machine can give: whoever runs the agent, and groups where it may divide its own.
  const { username, uid } = userInfo()
  const ownGroup = groupToDivide() === null ? "its agent's" : 'its own'
  const always = { User: `${username || uid}, as its agent`, 'Control group': ownGroup }
  await expect
    .poll(() => factsOf(facts))
    .toEqual({
      ...always,
      Files: 'sandboxed: the project and what its profile lists',
      Network: 'none',
      'New rights': 'cannot be gained (no sudo)',
      'Root’s rights': 'none',
    })

  const isLocked = /^NoNewPrivs:\s+1$/m.test(readFileSync('/proc/self/status', 'utf8'))
  const free = join(stack.workDir, 'free')
  mkdirSync(free)
  await stack.api.project.create.mutate({ name: 'free', path: free, defaultProvider: 'shell' })
  await stack.api.project.setConfinement.mutate({ project: 'free', privileges: 'free' })
  const outside = await launchRunning(stack, { project: 'free', name: 'in the open' })
  await page.goto(`${stack.url}/runners/${outside.id}`)
  await expect
    .poll(() => factsOf(facts))
    .toEqual({
      ...always,
      Files: 'all that its user can reach',
      Network: "the machine's",
      'New rights': isLocked ? 'cannot be gained (no sudo)' : 'can be gained (sudo)',
      'Root’s rights': uid === 0 ? 'has some or all' : 'none',
    })

  for (const [size, viewport] of Object.entries({
    wide: { width: 1440, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.goto(`${stack.url}/projects/confined`)
      await panel.scrollIntoViewIfNeeded()
      await expect(panel.getByLabel('May read too')).toHaveValue(notes)
      expect(await violations(page)).toEqual([])
      await page.screenshot({ path: info.outputPath(`project-${size}-${colorScheme}.png`) })
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${stack.url}/runners/${runner.id}`)
  await facts.scrollIntoViewIfNeeded()
  expect(await violations(page)).toEqual([])
  await page.screenshot({ path: info.outputPath('runner-wide.png') })
})
