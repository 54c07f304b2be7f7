import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { type ClaudeStack, PLAIN_PATH, startClaudeStack } from '../support/claude/claude-stack'
import { provideClaude } from '../support/claude/provide-claude'
import { untilStatus } from '../support/launch'
import { isAlive } from '../support/processes'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { terminalOf } from './support/terminal'
import { test } from './support/test'

/** Fetching the program from npm and its first start take their time. */
const SET_UP_TIMEOUT_MS = 180_000

test.describe('with Claude Code installed', () => {
  let claude: ClaudeStack
  test.beforeAll(async () => {
    test.setTimeout(SET_UP_TIMEOUT_MS)
    claude = await startClaudeStack()
  })
  test.afterAll(() => claude.stop())

  test('the real Claude Code is launched, seen, prompted and stopped in the browser', async ({ browser }) => {
    const { stack, model } = claude
    const { page } = await openConsole(browser, stack)

    await page.getByRole('link', { name: 'Nodes' }).click()
    const claudeRow = page
      .getByRole('region', { name: 'Providers' })
      .getByRole('listitem')
      .filter({ hasText: 'Claude' })
    await expect(claudeRow.getByLabel('Installed', { exact: true })).toBeVisible()
    await expect(claudeRow).toContainText(join(provideClaude(), 'claude'))

    await page.getByRole('button', { name: 'Launch a runner' }).click()
    const dialog = page.getByRole('dialog', { name: 'Launch a runner' })
    await expect(dialog.getByLabel('Project')).toHaveValue('with-claude')
    await dialog.getByRole('radio', { name: 'Claude Code' }).click()
    await dialog.getByRole('button', { name: 'Launch' }).click()

    const terminal = terminalOf(page)
    await terminal.attached('driver')
    await terminal.sees(/Claude Code/, 60_000)
    // Its prompt stands: typed text appears in it.
    await expect(page.locator('[data-state=idle]').first()).toBeVisible()
    await page.keyboard.type('[[text hello from the scripted model]]')
    await terminal.sees('[[text hello from the scripted model]]')
    await page.keyboard.press('Enter')
    await terminal.sees(/^\W*hello from the scripted model$/m, 30_000)
    expect(model.prompts()).toEqual(['[[text hello from the scripted model]]'])

    const id = page.url().split('/').at(-1) ?? ''
    const runner = await stack.api.runner.get.query({ id })
    expect(runner).toMatchObject({ provider: 'claude', status: 'running' })
    const panel = page.getByRole('complementary', { name: 'Runner details' })
    await panel.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop' }).click()
    await expect(page.getByTestId('ended')).toContainText('Ended')
    expect(await untilStatus(stack, id, ['terminated', 'failed'])).toMatchObject({ status: 'terminated' })
    expect(isAlive(runner.pid ?? 0)).toBe(false)
    // It left in its own way: the last screen tells how to go on with the conversation.
    await terminal.sees('claude --resume')
  })
})

test.describe('without Claude Code installed', () => {
  let stack: Stack
  test.beforeAll(async () => {
    stack = await startStack({ env: { PATH: PLAIN_PATH } })
  })
  test.afterAll(() => stack.stop())

  test('a launch says that it is not installed and how to get it', async ({ browser }) => {
    const path = join(stack.workDir, 'no-claude')
    mkdirSync(path)
    await stack.api.project.create.mutate({ name: 'no-claude', path })
    const { page } = await openConsole(browser, stack)
    await page.getByRole('link', { name: 'Nodes' }).click()
    const claudeRow = page
      .getByRole('region', { name: 'Providers' })
      .getByRole('listitem')
      .filter({ hasText: 'Claude' })
    await expect(claudeRow.getByLabel('Not installed')).toBeVisible()

    await page.getByRole('button', { name: 'Launch a runner' }).click()
    const dialog = page.getByRole('dialog', { name: 'Launch a runner' })
    await dialog.getByRole('radio', { name: 'Claude Code' }).click()
    await dialog.getByRole('button', { name: 'Launch' }).click()
    await expect(dialog.getByRole('alert')).toContainText('Claude Code is not installed')
    await expect(dialog.getByRole('alert')).toContainText('npm install -g @anthropic-ai/claude-code')
    expect(await stack.api.runner.list.query({})).toEqual([])
  })
})
