import AxeBuilder from '@axe-core/playwright'
import { type BrowserContextOptions, expect, type Page } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { terminalOf } from './support/terminal'
import { test } from './support/test'

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }

let stack: Stack
test.beforeAll(async () => {
  test.setTimeout(240_000)
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).exclude('.xterm').analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

test('a link shows a terminal or its recording to a browser that is not signed in, until it is revoked', async ({
  browser,
}, info) => {
  test.setTimeout(180_000)
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell', name: 'shown', cols: 100, rows: 30 })
  await typeLine(stack, id, "PS1='$ '; clear; echo for everybody")
  await untilScreen(stack, id, 'for everybody')

  const owner = await openConsole(browser, stack, DESKTOP)
  await owner.page.goto(`${stack.url}/runners/${id}`)
  await terminalOf(owner.page).attached()
  const { page } = owner
  const share = async (kind: 'Live terminal' | 'Recording') => {
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByRole('radio', { name: kind }).click()
    await page.getByRole('button', { name: 'Make link' }).click()
    const link = (await page.getByTestId('share-link').textContent()) ?? ''
    await page.screenshot({ path: info.outputPath(`made-${kind}.png`) })
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Done' }).click()
    return link
  }
  const link = await share('Live terminal')
  expect(link).toMatch(/\/share#svs_/)

  const guest = await (await browser.newContext(PHONE)).newPage()
  const asked: string[] = []
  guest.on('request', (request) => asked.push(`${request.url()} ${request.headers().referer ?? ''}`))
  await guest.goto(link)
  const terminal = terminalOf(guest)
  await terminal.attached('viewer')
  await terminal.sees('for everybody')
  await expect(guest.getByRole('heading', { name: 'shown' })).toBeVisible()
  await expect(guest.getByText('Shared by owner')).toBeVisible()
  await expect(guest.getByText('You may watch, not type.')).toBeVisible()
  await expect(guest.getByRole('button', { name: /Take control|Ask for it/ })).toHaveCount(0)
  await expect(guest.getByRole('navigation')).toHaveCount(0)
  // Scaled to fit: a hundred columns on a phone, and the terminal keeps its size.
  await terminal.root.click()
  await guest.keyboard.type('echo smuggled\n')
  await typeLine(stack, id, 'stty size; echo set""tled')
  await terminal.sees('settled')
  expect(await untilScreen(stack, id, 'settled')).not.toContain('smuggled')
  const box = await terminal.root.locator('.xterm-screen').boundingBox()
  expect(box?.width ?? 999).toBeLessThanOrEqual(390)
  await guest.screenshot({ path: info.outputPath('guest-phone-light.png') })
  expect(await violations(guest)).toEqual([])
  // The token is in no address that anybody is asked by.
  expect(asked.length).toBeGreaterThan(3)
  expect(asked.join('\n').split('#')[0]).not.toContain('svs_')
  for (const line of asked) expect(line.replace(/#.*$/, '')).not.toContain('svs_')
  await guest.goto(`${stack.url}/runners/${id}`)
  await expect(guest).toHaveURL(/\/login/)
  await guest.goto(link)
  await terminal.attached('viewer')

  // Who looks is told of to those who are signed in; a link is one more in the list.
  await expect(page.getByText('guest of owner')).toBeVisible()
  const recording = await share('Recording')
  const wide = await (await browser.newContext(DESKTOP)).newPage()
  await wide.goto(recording)
  await expect(wide.getByRole('region', { name: 'Recorded terminal' })).toBeVisible()
  await wide.getByRole('textbox', { name: 'Search in output' }).fill('settled')
  await wide.getByRole('list', { name: 'Hits' }).getByRole('button').last().click()
  await expect(wide.getByTestId('replay').locator('.xterm-rows')).toContainText('settled')
  await wide.screenshot({ path: info.outputPath('guest-recording-dark.png') })
  expect(await violations(wide)).toEqual([])

  const links = page.getByRole('list', { name: 'Shared links' }).getByRole('listitem')
  await expect(links).toHaveCount(2)
  await page.screenshot({ path: info.outputPath('owner-panel-dark.png') })
  await page.getByRole('button', { name: 'Revoke the link to the terminal by owner' }).click()
  await expect(links).toHaveCount(1)
  await expect(guest.getByText('This link has expired or was revoked.')).toBeVisible({ timeout: 10_000 })
  await guest.reload()
  await expect(guest.getByText('This link does not work')).toBeVisible()
  await guest.screenshot({ path: info.outputPath('guest-revoked-light.png') })
  expect(await violations(guest)).toEqual([])
  await owner.close()
})
