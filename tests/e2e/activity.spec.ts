import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { type ClaudeStack, startClaudeStack } from '../support/claude/claude-stack'
import { untilScreen } from '../support/launch'
import { openConsole } from './support/console'
import { test } from './support/test'

/** Fetching the program and its first start take their time. */
const SET_UP_TIMEOUT_MS = 180_000
const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: 'light' } as const

let claude: ClaudeStack
test.beforeAll(async () => {
  test.setTimeout(SET_UP_TIMEOUT_MS)
  // This version gives its list of tasks to some models only.
  claude = await startClaudeStack({ permissionMode: 'manual', variables: { CLAUDE_CODE_ENABLE_TODO_TOOLS: '1' } })
})
test.afterAll(() => claude.stop())

const problems = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test('a tile and the runner’s page show its tool, its sub-agent and its list, live', async ({ browser }, info) => {
  test.setTimeout(120_000)
  const { stack, model } = claude
  const { id } = await stack.api.runner.launch.mutate({ project: claude.project.name })
  await untilScreen(stack, id, '❯')
  const wide = await openConsole(browser, stack)
  const phone = await openConsole(browser, stack, PHONE)
  const line = (page: Page) => page.getByTestId('runner-tile').getByTestId('activity-line')
  await expect(wide.page.getByTestId('runner-tile')).toBeVisible()
  await expect(line(wide.page)).toHaveCount(0)

  const tasks = ['Read the rounding code', 'Write the test'].map((subject) => ({
    name: 'TaskCreate',
    input: { subject, description: 'd', activeForm: subject },
  }))
  const begun = JSON.stringify({ taskId: '1', status: 'in_progress' })
  const agent = JSON.stringify({ description: 'look', prompt: '((hold sub))((text done))', subagent_type: 'Explore' })
  const text = `[[tools ${JSON.stringify(tasks)}]][[tool TaskUpdate ${begun}]][[tool Agent ${agent}]][[bash touch zz1]]`
  await stack.api.runner.prompt.mutate({ id, text })

  await expect(line(wide.page)).toContainText('Bash: touch zz1', { timeout: 60_000 })
  await expect(line(wide.page)).toContainText('1 sub-agent · 0 of 2')
  await expect(line(phone.page)).toContainText('Bash: touch zz1')
  await wide.page.screenshot({ path: info.outputPath('tile-wide.png') })
  await phone.page.screenshot({ path: info.outputPath('tile-phone.png') })
  expect([...(await problems(wide.page)), ...(await problems(phone.page))]).toEqual([])

  await wide.page.goto(`${stack.url}/runners/${id}`)
  const detail = wide.page.getByTestId('activity-detail')
  await expect(detail).toContainText('approve Bash: touch zz1')
  await expect(detail.getByRole('listitem').filter({ hasText: 'Explore' })).toBeVisible()
  await expect(detail.getByLabel('under way')).toHaveCount(1)
  await wide.page.screenshot({ path: info.outputPath('page-wide.png') })
  expect(await problems(wide.page)).toEqual([])

  const shown = await stack.cli(['show', id])
  expect(shown.stdout).toMatch(/tool\s+Bash: touch zz1/)
  expect(shown.stdout).toMatch(/to do\s+\[>\] Read the rounding code/)

  model.release('sub')
  await expect(detail.getByRole('listitem').filter({ hasText: 'Explore' })).toHaveCount(0, { timeout: 30_000 })
  await wide.close()
  await phone.close()
})
