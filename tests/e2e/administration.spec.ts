import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { type BrowserContextOptions, expect, type Page } from '@playwright/test'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../support/embedded-database'
import { freePorts } from '../support/free-port'
import { createProject, launchRunning } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, colorScheme: 'light' }

let database: EmbeddedDatabase
let stack: Stack
test.beforeAll(async () => {
  test.setTimeout(240_000)
  const [agentPort = 0] = await freePorts(1)
  stack = await startStack({ env: { STRATAVORE_AGENT_PORT: `${agentPort}` } })
  database = openEmbeddedDatabase(stack)
})
test.afterAll(async () => {
  await database.pool.end()
  await stack.stop()
})

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])

test('the audit log is filtered, opened, verified and exported; a tampered one says so', async ({ browser }, info) => {
  test.setTimeout(180_000)
  const [mine, other] = [await createProject(stack), await createProject(stack)]
  const runner = await launchRunning(stack, { project: mine.name, provider: 'shell' })
  const elsewhere = await launchRunning(stack, { project: other.name, provider: 'shell' })
  await stack.api.user.create.mutate({ name: '=vera', role: 'operator' })
  await stack.api.user.update.mutate({ user: '=vera', role: 'viewer' })

  const { page, close } = await openConsole(browser, stack, DESKTOP)
  await page.goto(`${stack.url}/audit`)
  const rows = page.getByRole('list', { name: 'Audit rows' }).getByRole('listitem')
  await page.getByRole('textbox', { name: 'What' }).fill('user.')
  await expect(rows).toHaveCount(2)
  await rows.first().locator('summary').click()
  await expect(rows.first().getByRole('row', { name: 'role operator viewer' })).toBeVisible()
  await page.screenshot({ path: info.outputPath('audit-dark.png') })
  expect(await violations(page)).toEqual([])

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ])
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toBe('seq,at,actor,via,credential,from,action,target_type,target_id,request,data')
  for (const line of lines) expect(line).not.toMatch(/(^|,)[=+@]/)

  await page.getByRole('textbox', { name: 'What' }).fill('runner.')
  await page.getByRole('combobox', { name: 'Project' }).selectOption({ label: mine.name })
  await expect(rows).not.toHaveCount(0)
  await expect(page.getByText('owner (local CLI)').first()).toBeVisible()
  await expect(rows.filter({ hasText: elsewhere.id.slice(0, 8) })).toHaveCount(0)
  await expect(rows.filter({ hasNotText: runner.id.slice(0, 8) })).toHaveCount(0)
  await page.getByRole('textbox', { name: 'Who' }).fill('nobody')
  await expect(page.getByText('No row matches.')).toBeVisible()

  const signatures = page.getByRole('region', { name: 'Signatures' })
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(signatures).toContainText(/Whole: \d+ rows are as they were signed/)
  await database.pool.query(`ALTER TABLE audit_events DISABLE TRIGGER USER`)
  await database.pool.query(
    `UPDATE audit_events SET actor_name = 'somebody else' WHERE seq = (SELECT max(seq) - 2 FROM audit_events)`,
  )
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(signatures).toContainText(/Not whole: audit row \d+ is bad: it is not what was signed/)
  await page.screenshot({ path: info.outputPath('audit-tampered-dark.png') })
  await close()

  const phone = await openConsole(browser, stack, PHONE)
  await phone.page.goto(`${stack.url}/audit`)
  await expect(phone.page.getByRole('list', { name: 'Audit rows' })).toBeVisible()
  await phone.page.locator('summary').first().click()
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await phone.page.screenshot({ path: info.outputPath('audit-phone-light.png') })
  expect(await violations(phone.page)).toEqual([])
  await phone.close()
})

test('a node is joined by a command that is shown once, drained, taken back and revoked by name', async ({
  browser,
}, info) => {
  test.setTimeout(120_000)
  await database.pool.query(`
    WITH far AS (INSERT INTO nodes (id, name, kind, created_at) VALUES (gen_random_uuid(), 'build-box', 'remote', now()) RETURNING id)
    INSERT INTO node_certificates (serial, node_id, authority, issued_at, expires_at)
    SELECT 'abc1', id, 'sha256:x', now(), now() + interval '50 hours' FROM far`)
  const { page, close } = await openConsole(browser, stack, DESKTOP)
  await page.goto(`${stack.url}/nodes`)
  await expect(page.getByText(/2d 1h left|2d 2h left/)).toBeVisible()
  await page.getByRole('button', { name: 'Join a node' }).click()
  await page.getByLabel('Name').fill('gpu-box')
  await page.getByRole('button', { name: 'Make command' }).click()
  await expect(page.getByTestId('join-command')).toContainText(
    /^echo svj_\S+ \| stratavore agent --join .* --node gpu-box/,
  )
  await page.screenshot({ path: info.outputPath('join-dark.png') })
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Done' }).click()

  await page.getByRole('button', { name: 'Drain local' }).click()
  await expect(page.getByText('Draining', { exact: true })).toBeVisible()
  expect((await stack.api.node.list.query()).find(({ name }) => name === 'local')?.draining).toBe(true)
  await page.getByRole('button', { name: 'Undrain local' }).click()
  await expect(page.getByText('Draining', { exact: true })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Revoke local' })).toHaveCount(0)

  await page.getByRole('button', { name: 'Revoke build-box' }).click()
  await expect(page.getByRole('button', { name: 'Revoke node' })).toBeDisabled()
  await page.getByLabel("Type the node's name to confirm").fill('build-box')
  await page.getByRole('button', { name: 'Revoke node' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect
    .poll(async () => {
      const { rows } = await database.pool.query('SELECT 1 FROM node_certificates WHERE revoked_at IS NOT NULL')
      return rows.length
    })
    .toBe(1)
  await close()

  const phone = await openConsole(browser, stack, PHONE)
  await phone.page.goto(`${stack.url}/nodes`)
  await expect(phone.page.getByRole('heading', { name: 'local' })).toBeVisible()
  await phone.page.screenshot({ path: info.outputPath('nodes-phone-light.png'), fullPage: true })
  expect(await violations(phone.page)).toEqual([])
  await phone.close()
})

test('a forgotten password is reset by a link that works once, in the browser and by the CLI', async ({ browser }) => {
  test.setTimeout(120_000)
  await stack.api.user.create.mutate({ name: 'otto', role: 'viewer' })
  const { page, close } = await openConsole(browser, stack, DESKTOP)
  await page.goto(`${stack.url}/settings`)
  await page.getByRole('button', { name: 'Change otto' }).click()
  await page.getByRole('button', { name: 'Reset password' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Reset' }).click()
  const link = (await page.getByTestId('invitation').textContent()) ?? ''
  expect(link).toContain('/login?code=svl_')
  await close()
  const byCli = await stack.cli(['users', 'reset', 'otto'])
  expect(byCli).toMatchObject({
    code: 0,
    stderr: 'ended: 0 browsers, 0 shared links, 0 API tokens, 0 passkeys, 0 identities\n',
  })
  const come = async (url: string) => (await fetch(url, { redirect: 'manual' })).headers.get('location')
  expect(await come(link), 'the newer link ends the older').toBe('/login?error=link')
  expect(await come(byCli.stdout.trim())).toBe('/')
  expect(await come(byCli.stdout.trim())).toBe('/login?error=link')
})
