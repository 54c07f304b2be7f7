import { mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { claudeVariables, provideClaude, seedClaudeHome } from '../support/claude/provide-claude'
import { type ScriptedAnthropicApi, startScriptedAnthropicApi } from '../support/claude/scripted-anthropic-api'
import { untilStatus } from '../support/launch'
import { isAlive } from '../support/processes'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { terminalOf } from './support/terminal'

/** A made-up key: it only has to look like one. */
const API_KEY = 'sk-ant-api03-scripted-loopback-key-for-tests-0123456789'
/** Fetching the program from npm and its first start take their time. */
const SET_UP_TIMEOUT_MS = 180_000

/** PATH without any directory that could hold the program. */
const PLAIN_PATH = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)

test.describe('with Claude Code installed', () => {
  let stack: Stack
  let model: ScriptedAnthropicApi
  let path: string
  test.beforeAll(async () => {
    test.setTimeout(SET_UP_TIMEOUT_MS)
    model = await startScriptedAnthropicApi()
    stack = await startStack({ env: { PATH: `${provideClaude()}${delimiter}${PLAIN_PATH}`, LANG: 'C.UTF-8' } })
    path = join(stack.workDir, 'claude-project')
    mkdirSync(path)
    seedClaudeHome(stack.userHome, { apiKey: API_KEY, projectDir: path })
  })
  test.afterAll(async () => {
    await stack.stop()
    await model.close()
  })

  test('the real Claude Code is launched, seen, prompted and stopped in the browser', async ({ browser }) => {
    await stack.api.project.create.mutate({ name: 'with-claude', path })
    for (const [name, value] of Object.entries(claudeVariables(model.url, API_KEY))) {
      await stack.api.project.setVariable.mutate({ project: 'with-claude', name, value })
    }
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
