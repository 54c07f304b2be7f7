import { randomUUID } from 'node:crypto'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page } from '@playwright/test'
import type { ProjectRole, UserRole } from '@/contracts/access/access'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../support/embedded-database'
import { createProject, launchRunning, untilStatus } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { test } from './support/test'

let database: EmbeddedDatabase
let stack: Stack
test.beforeAll(async () => {
  test.setTimeout(240_000)
  stack = await startStack()
  database = openEmbeddedDatabase(stack)
})
test.afterAll(async () => {
  await database.pool.end()
  await stack.stop()
})

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).exclude('.xterm').analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

/** A project with a runner that runs, one that has ended, a session and a budget. */
async function fill(name: string) {
  const project = await createProject(stack)
  const running = await launchRunning(stack, { project: project.name, provider: 'shell', name: `${name} runs` })
  const { id } = await stack.api.runner.launch.mutate({
    project: project.name,
    provider: 'echo',
    name: `${name} ended`,
    prompt: 'exit 0',
  })
  await untilStatus(stack, id, ['terminated'])
  await stack.api.budget.set.mutate({ project: project.name, period: 'daily', unit: 'tokens', limit: 1_000 })
  const sessionId = randomUUID()
  await database.pool.query(
    `INSERT INTO sessions (id, provider, provider_session_id, project_id, cwd, node_id, title)
     SELECT $1::uuid, 'claude', $1::uuid::text, id, path, node_id, $3 FROM projects WHERE name = $2`,
    [sessionId, project.name, `talk of ${name}`],
  )
  return { name, project: project.name, runningId: running.id, endedId: id, sessionId }
}
type Filled = Awaited<ReturnType<typeof fill>>

/** A browser of somebody with these grants. */
async function signIn(browser: Browser, name: string, role: UserRole, grants: [Filled, ProjectRole][]): Promise<Page> {
  const { link } = await stack.api.user.create.mutate({ name, role })
  for (const [{ project }, as] of grants) await stack.api.user.grant.mutate({ user: name, project, role: as })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
  const page = await context.newPage()
  await page.goto(link?.url ?? '')
  return page
}

/** What the palette offers for these letters. */
async function offered(page: Page, letters: string): Promise<string[]> {
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Runner, project or action').fill(letters)
  const found = await page.getByRole('option').allInnerTexts()
  await page.keyboard.press('Escape')
  await expect(page.getByPlaceholder('Runner, project or action')).toHaveCount(0)
  return found.map((text) => text.split('\n')[0] ?? '')
}

const goFleet = async (page: Page, filled: Filled) => {
  await page.goto(stack.url)
  await expect(page.getByText(`${filled.name} runs`).first()).toBeVisible()
}
const select = (page: Page, filled: Filled) =>
  page.getByRole('checkbox', { name: `Select ${filled.name} runs` }).click({ force: true })
const bulkActions = (page: Page) =>
  page
    .getByRole('toolbar', { name: 'Selected runners' })
    .getByRole('button', { name: /Stop|Pause|Restart|Resume/ })
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')))

test('nobody is offered what they may not do: a viewer, and an operator of one of two projects', async ({
  browser,
}, info) => {
  test.setTimeout(240_000)
  const [theirs, watched] = [await fill('theirs'), await fill('watched')]

  const viewer = await signIn(browser, 'vera', 'viewer', [[watched, 'viewer']])
  await goFleet(viewer, watched)
  expect(await offered(viewer, 'launch')).toEqual([])
  expect(await offered(viewer, 'new project')).not.toContain('New project')
  expect(await offered(viewer, 'stop watched')).toEqual([])
  expect(await offered(viewer, 'audit')).not.toContain('Audit')
  await viewer.keyboard.press('n')
  await viewer.keyboard.press('?')
  await expect(viewer.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await expect(viewer.getByRole('dialog').getByText('Launch a runner')).toHaveCount(0)
  await viewer.keyboard.press('Escape')
  await select(viewer, watched)
  await expect(viewer.getByRole('toolbar', { name: 'Selected runners' })).toBeVisible()
  expect(await bulkActions(viewer)).toEqual([])
  await viewer.screenshot({ path: info.outputPath('viewer-fleet-dark.png') })
  await viewer.goto(`${stack.url}/runners/${watched.endedId}`)
  await expect(viewer.getByTestId('ended')).toBeVisible()
  await expect(viewer.getByRole('button', { name: 'Restart' })).toHaveCount(0)
  await viewer.goto(`${stack.url}/runners/${watched.runningId}`)
  await expect(viewer.getByText('You may watch, not type.')).toBeVisible({ timeout: 30_000 })
  await expect(viewer.getByRole('button', { name: /^(Stop|Pause|Restart|Force kill|Share|Send)$/ })).toHaveCount(0)
  await viewer.goto(`${stack.url}/sessions/${watched.sessionId}`)
  await expect(viewer.getByRole('heading', { name: 'talk of watched' })).toBeVisible()
  await expect(viewer.getByRole('button', { name: /Resume|Fork|Take over/ })).toHaveCount(0)
  await viewer.goto(`${stack.url}/projects/${watched.project}`)
  await expect(viewer.getByText(`${watched.project}, daily`)).toBeVisible()
  await expect(viewer.getByRole('button', { name: /Raise|Delete|Save|Archive|Launch|Set|Confine/ })).toHaveCount(0)
  await viewer.screenshot({ path: info.outputPath('viewer-project-dark.png'), fullPage: true })
  expect(await violations(viewer)).toEqual([])

  const operator = await signIn(browser, 'otto', 'operator', [
    [theirs, 'operator'],
    [watched, 'viewer'],
  ])
  await goFleet(operator, theirs)
  // Projects come after the fleet.
  await expect.poll(() => offered(operator, 'launch')).toEqual(['Launch a runner', `Launch in ${theirs.project}`])
  await expect.poll(() => offered(operator, 'stop')).toEqual(['Stop theirs runs'])
  await select(operator, theirs)
  await select(operator, watched)
  expect(await bulkActions(operator)).toEqual(['Pause 1 runner', 'Restart 1 runner', 'Stop 1 runner'])
  await operator.keyboard.press('n')
  const dialog = operator.getByRole('dialog', { name: 'Launch a runner' })
  await expect(dialog.getByRole('option', { name: watched.project })).toHaveCount(0)
  await expect(dialog.getByRole('option', { name: theirs.project })).toHaveCount(1)
  await operator.keyboard.press('Escape')
  await operator.goto(`${stack.url}/sessions/${theirs.sessionId}`)
  await expect(operator.getByRole('button', { name: 'Resume' })).toBeVisible()
  await operator.goto(`${stack.url}/sessions/${watched.sessionId}`)
  await expect(operator.getByRole('heading', { name: 'talk of watched' })).toBeVisible()
  await expect(operator.getByRole('button', { name: /Resume|Fork|Take over/ })).toHaveCount(0)
  await operator.goto(`${stack.url}/projects/${theirs.project}`)
  await expect(operator.getByRole('button', { name: 'Launch', exact: true }).first()).toBeVisible()
  await expect(operator.getByRole('button', { name: /Raise|Delete|Save|Archive|Confine/ })).toHaveCount(0)
})
