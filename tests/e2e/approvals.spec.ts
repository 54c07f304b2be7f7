import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
let id: string
test.beforeAll(async () => {
  test.setTimeout(SET_UP_TIMEOUT_MS)
  claude = await startClaudeStack({ permissionMode: 'manual' })
})
test.afterAll(() => claude.stop())
test.beforeEach(async () => {
  test.setTimeout(90_000)
  id = (await claude.stack.api.runner.launch.mutate({ project: claude.project.name })).id
  await untilScreen(claude.stack, id, '❯')
})
test.afterEach(async () => {
  await claude.stack.api.runner.stop.mutate({ id, force: true })
})

const ask = (tool: string, input: object) =>
  claude.stack.api.runner.prompt.mutate({ id, text: `[[tool ${tool} ${JSON.stringify(input)}]] [[text all done]]` })
const inbox = (page: Page) => page.getByRole('region', { name: 'Needs you' })
const seriousProblems = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test('a change is seen as a diff and approved, and disappears everywhere', async ({ browser }, info) => {
  const file = join(claude.project.path, 'notes.txt')
  writeFileSync(file, 'one\ntwo\n')
  const one = await openConsole(browser, claude.stack)
  const other = await openConsole(browser, claude.stack, PHONE)
  await ask('Write', { file_path: file, content: 'one\n2\n' })
  const card = inbox(one.page).getByRole('article')
  await expect(card).toContainText(file, { timeout: 30_000 })
  await expect(card.getByRole('listitem').filter({ hasText: '2' })).toBeVisible()
  await expect(inbox(other.page).getByRole('article')).toHaveCount(1)
  await one.page.screenshot({ path: info.outputPath('inbox-wide.png') })
  await other.page.screenshot({ path: info.outputPath('inbox-phone.png') })
  expect([...(await seriousProblems(one.page)), ...(await seriousProblems(other.page))]).toEqual([])
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')

  // By keyboard: nothing happens before the question has the focus.
  await one.page.keyboard.press('a')
  await expect(card).toBeVisible()
  await one.page.keyboard.press('j')
  await one.page.keyboard.press('a')
  await expect(inbox(one.page)).toHaveCount(0)
  await expect(inbox(other.page)).toHaveCount(0)
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 30_000 }).toBe('one\n2\n')
  await one.close()
  await other.close()
})

test('a command is denied on a phone', async ({ browser }) => {
  const file = join(claude.project.path, 'never')
  const { page, close } = await openConsole(browser, claude.stack, PHONE)
  await ask('Bash', { command: `touch ${file}`, description: 'Touch it' })
  const card = inbox(page).getByRole('article')
  await expect(card).toContainText(`touch ${file}`, { timeout: 30_000 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await card.getByRole('button', { name: 'Deny' }).click()
  await expect(inbox(page)).toHaveCount(0)
  await untilScreen(claude.stack, id, 'Denied by the user')
  expect(existsSync(file)).toBe(false)
  await close()
})

test('a command is denied with words that the program is told', async ({ browser }, info) => {
  const { page, close } = await openConsole(browser, claude.stack, PHONE)
  await ask('Bash', { command: 'touch never', description: 'Touch it' })
  const card = inbox(page).getByRole('article')
  await card.getByRole('button', { name: 'Say why' }).click({ timeout: 30_000 })
  await expect(card.getByRole('button', { name: 'Deny' })).toBeDisabled()
  await page.keyboard.type('use mkdir instead')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await page.screenshot({ path: info.outputPath('deny-phone.png') })
  expect(await seriousProblems(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(inbox(page)).toHaveCount(0)
  await untilScreen(claude.stack, id, 'use mkdir instead')
  await close()
})

test('a question is answered beside the terminal, and the next prompt is sent there', async ({ browser }, info) => {
  const { page, close } = await openConsole(browser, claude.stack)
  const question = { question: 'Which color?', header: 'Color', options: [{ label: 'Red' }, { label: 'Blue' }] }
  const options = question.options.map(({ label }) => ({ label, description: `It is ${label}` }))
  await ask('AskUserQuestion', { questions: [{ ...question, multiSelect: false, options }] })
  await page.goto(`${claude.stack.url}/runners/${id}`)
  const asked = page.getByRole('region', { name: 'What it asks' })
  await asked.getByRole('radio', { name: 'Blue' }).check({ timeout: 30_000 })
  await page.screenshot({ path: info.outputPath('runner-asks.png') })
  await asked.getByRole('button', { name: 'Answer' }).click()
  await expect(asked).toHaveCount(0)
  await untilScreen(claude.stack, id, 'Which color? → Blue')

  await page.getByRole('textbox', { name: 'Prompt' }).fill('[[text from the box]]')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect.poll(() => claude.model.prompts().at(-1), { timeout: 30_000 }).toBe('[[text from the box]]')
  const sent = page.getByRole('list', { name: 'Prompts' }).getByRole('listitem').last()
  await expect(sent).toContainText('[[text from the box]]')
  await expect(sent).toContainText('received')
  await close()
})
