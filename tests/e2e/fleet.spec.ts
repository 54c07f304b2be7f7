import { expect } from '@playwright/test'
import { createProject, launchRunning, typeLine, untilScreen } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

test('tiles are small live pictures of their screens, asked for together and only when they changed', async ({
  browser,
}, info) => {
  const { name: project } = await createProject(stack, { runnerQuota: 20 })
  const runners = await Promise.all(
    Array.from({ length: 8 }, (_, at) => launchRunning(stack, { project, provider: 'shell', name: `tile ${at}` })),
  )
  const [first] = runners
  if (!first) throw new Error('no runner was launched')
  for (const { id } of runners) {
    await typeLine(stack, id, `PS1='$ '; clear; printf '\\e[1;32mPASS\\e[0m \\e[41mFAIL\\e[0m %s\\n' ${id}`)
    await untilScreen(stack, id, `PASS FAIL ${id}`)
  }

  const { page } = await openConsole(browser, stack)
  /** Every question for pictures and its answer, as they went over the wire. */
  const exchanges: { question: string; answer: string }[] = []
  await page.route(/runner\.thumbnails/, async (route) => {
    const response = await route.fetch()
    exchanges.push({ question: decodeURIComponent(route.request().url()), answer: await response.text() })
    await route.fulfill({ response })
  })
  const named = (text: string) => runners.filter(({ id }) => text.includes(id)).map(({ id }) => id)
  await expect(page.getByTestId('runner-tile')).toHaveCount(8)
  const tile = page.locator(`[data-testid="runner-tile"][data-runner="${first.id}"]`)
  for (const { id } of runners) await expect(page.getByTestId('thumbnail').filter({ hasText: id })).toBeVisible()
  await expect(tile.getByText('PASS', { exact: true })).toHaveCSS('color', 'rgb(127, 208, 141)')
  await expect(tile.getByText('FAIL', { exact: true })).toHaveCSS('background-color', 'rgb(242, 119, 122)')

  // One question for all eight, and an answer without pictures while nothing changes.
  const quiet = await waitUntil('an answer tells nothing new', () =>
    exchanges.find(({ question, answer }) => named(question).length === 8 && named(answer).length === 0),
  )
  expect(quiet.answer).not.toContain('PASS')

  // What changes is seen without anybody's doing, and only that is sent.
  await typeLine(stack, first.id, "printf 'seen %s\\n' live")
  await expect(tile.getByTestId('thumbnail')).toContainText('seen live')
  const others = await openConsole(browser, stack)
  await others.page.goto(`${stack.url}/projects/${project}`)
  await expect(others.page.getByTestId('thumbnail').filter({ hasText: 'seen live' })).toBeVisible()
  await others.close()

  const live = exchanges.find(({ answer }) => answer.includes('seen live'))
  expect(named(live?.answer ?? '')).toEqual([first.id])
  await page.screenshot({ path: info.outputPath('fleet-dark.png') })
  await page.emulateMedia({ colorScheme: 'light' })
  await expect(tile.getByText('PASS', { exact: true })).toHaveCSS('color', 'rgb(29, 111, 53)')
  await page.screenshot({ path: info.outputPath('fleet-light.png') })

  // Tiles out of sight are not asked for.
  await page.setViewportSize({ width: 390, height: 500 })
  await waitUntil('fewer than all are asked for', () => {
    const { question } = exchanges.at(-1) ?? { question: '' }
    return named(question).length > 0 && named(question).length < 8
  })
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})
