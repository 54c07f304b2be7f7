import { randomUUID } from 'node:crypto'
import AxeBuilder from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { openEmbeddedDatabase } from '../support/embedded-database'
import { createProject } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
let project: string

/** Ten days of two projects and three models, in the ledger. */
async function fillLedger(): Promise<void> {
  const projects = [await createProject(stack), await createProject(stack)]
  project = projects[0]?.name ?? ''
  const ids = await Promise.all(
    projects.map(async ({ name }) => (await stack.api.project.get.query({ project: name })).id),
  )
  const database = openEmbeddedDatabase(stack)
  const session = randomUUID()
  await database.pool.query(
    `INSERT INTO sessions (id, provider, provider_session_id, cwd, started_at, last_activity_at)
     VALUES ($1::uuid, 'claude', $1::text, '/', now(), now())`,
    [session],
  )
  await database.pool.query(
    `INSERT INTO usage_entries (provider, request_key, session_id, project_id, node_id, model, at, input_tokens,
                                output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cost_usd,
                                source, recorded_at)
     SELECT 'claude', gen_random_uuid()::text, $1, p.id, (SELECT id FROM nodes LIMIT 1),
            (ARRAY['opus', 'sonnet', 'haiku'])[1 + (d + p.n) % 3], now() - d * interval '1 day', 40000 + d * 7000,
            9000 * p.n, 300000, 2000, 0, 1.25 * p.n, 'transcript', now()
       FROM generate_series(0, 9) AS d, unnest($2::uuid[]) WITH ORDINALITY AS p (id, n)`,
    [session, ids],
  )
  await database.pool.end()
}

test.beforeAll(async () => {
  stack = await startStack()
  await fillLedger()
})
test.afterAll(() => stack.stop())

test('usage by day, a budget that is set, shown near its limit and raised', async ({ browser }) => {
  const { page, close } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/usage`)
  await expect(page.getByRole('heading', { name: 'Usage', level: 1 })).toBeVisible()
  await expect(page.getByRole('img', { name: /Use by day/ })).toBeVisible()
  await expect(page.getByRole('rowheader')).toHaveCount(2)
  await page.getByRole('radio', { name: 'model' }).click()
  await expect(page.getByRole('rowheader', { name: 'sonnet' })).toBeVisible()

  const csv = page.waitForEvent('download')
  await page.getByRole('button', { name: 'CSV' }).click()
  expect((await csv).suggestedFilename()).toMatch(/^usage-by-model-.*\.csv$/)

  // Today cost 1.25 and 2.50.
  await page.getByLabel('Limit').fill('4')
  await page.getByRole('button', { name: 'Set budget' }).click()
  await expect(page.getByText('$3.75 of $4.00, 94 %')).toBeVisible()
  await expect(page.getByText('1 near the limit')).toBeVisible()
  await page.getByRole('button', { name: 'Raise Everything, daily by 20 %' }).click()
  await expect(page.getByText('$3.75 of $4.80, 78 %')).toBeVisible()
  // What is changed elsewhere shows without a reload.
  await stack.cli(['budget', 'set', project, '--limit', '7M', '--period', 'weekly', '--policy', 'pause'])
  await expect(page.getByText(`${project}, weekly`)).toBeVisible()
  await close()
})

for (const scheme of ['light', 'dark'] as const)
  for (const width of [1280, 390])
    test(`the page in ${scheme}, ${width} wide, is accessible and holds together`, async ({ browser }, info) => {
      const look = { viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: 'reduce' } as const
      const { page, close } = await openConsole(browser, stack, look)
      await stack.api.budget.set.mutate({ unit: 'usd', period: 'daily', limit: 5, policy: 'pause' })
      await page.goto(`${stack.url}/usage`)
      await expect(page.getByRole('img', { name: /Use by day/ })).toBeVisible()
      await expect(page.getByText('$3.75 of')).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
      await page.screenshot({ path: info.outputPath(`usage-${scheme}-${width}.png`), fullPage: true })
      await close()
    })
