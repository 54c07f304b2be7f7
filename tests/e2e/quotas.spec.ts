import { randomUUID } from 'node:crypto'
import { expect, type Page, type TestInfo } from '@playwright/test'
import { openEmbeddedDatabase } from '../support/embedded-database'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack()
})
test.afterAll(() => stack.stop())

/** Two requests of one runner: one that both sources tell of, not quite alike, and one that only telemetry does. */
async function fillLedger(runnerId: string): Promise<void> {
  const database = openEmbeddedDatabase(stack)
  await database.pool.query(
    `WITH session AS (
       INSERT INTO sessions (id, provider, provider_session_id, cwd, started_at, last_activity_at)
       VALUES ($1::uuid, 'claude', $1::text, '/', now(), now()) RETURNING id
     )
     INSERT INTO usage_entries (provider, request_key, session_id, runner_id, node_id, model, at, input_tokens,
                                output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cost_usd,
                                source, transcript_tokens, telemetry_tokens, recorded_at)
     SELECT 'claude', 'quota-' || told.n, session.id, $2, (SELECT id FROM nodes LIMIT 1), 'opus', now(), 100, 25, 5000, 0,
            0, 0.5, 'transcript', told.transcript, told.telemetry, now()
       FROM session, (VALUES (1, 5120, 5125), (2, NULL, 5125)) AS told (n, transcript, telemetry)`,
    [randomUUID(), runnerId],
  )
  await database.pool.end()
}

/** Both looks, wide and on a phone. */
async function takePictures(page: Page, info: TestInfo, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await page.screenshot({ path: info.outputPath(`${name}-${colorScheme}-${width}.png`), fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

test('a project’s quotas are set on its page, and a runner that is held says so on its own', async ({
  browser,
}, info) => {
  const { name: project } = await createProject(stack)
  const { id } = await launchRunning(stack, { project, provider: 'shell' })
  await fillLedger(id)
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/projects/${project}`)
  const panel = page.getByRole('region', { name: 'Quotas' })
  await expect(panel.getByText('1 of 10 runners')).toBeVisible()

  // Beside each box what is wrong with it, and nothing is set.
  await panel.getByLabel('Memory, GB').fill('lots')
  await panel.getByLabel('CPU, %').fill('0')
  await panel.getByLabel('Tokens per day').fill('2M')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(panel.getByRole('alert')).toHaveText([/Such as 4/, /100 is one core/])
  await takePictures(page, info, 'quotas-wrong')
  expect(await stack.api.quota.list.query({ project })).toHaveLength(1)

  await panel.getByLabel('Runners at once').fill('4')
  await panel.getByLabel('Memory, GB').fill('1.5')
  await panel.getByLabel('CPU, %').fill('15')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(panel.getByText('1 of 4 runners')).toBeVisible()
  await expect(panel.getByText(/of 1\.5 GB memory/)).toBeVisible()
  await expect(panel.getByText('0 of 2.0M tokens today')).toBeVisible()
  await expect(panel.getByRole('alert')).toHaveCount(0)
  const limits = (await stack.api.quota.list.query({ project })).map(({ kind, limit }) => [kind, limit])
  expect(Object.fromEntries(limits)).toEqual({
    concurrent_runners: 4,
    memory_bytes: 1.5 * 2 ** 30,
    cpu_percent: 15,
    tokens_per_day: 2_000_000,
  })

  await typeLine(stack, id, 'while :; do :; done')
  await expect(panel.getByText(/of 15 % CPU, full/)).toBeVisible({ timeout: 60_000 })
  await takePictures(page, info, 'quotas')
  await page.goto(`${stack.url}/runners/${id}`)
  await expect(page.getByText(/Held to 15 % CPU by the/)).toBeVisible({ timeout: 60_000 })
  await page.getByText('Telemetry told 5 tokens more than the transcript').click()
  await expect(page.getByText('Transcript, 1 request', { exact: true })).toBeVisible()
  await expect(page.getByText('Telemetry, 2 requests', { exact: true })).toBeVisible()
  await page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: 'Usage', exact: true }) })
    .screenshot({ path: info.outputPath('usage.png') })
  await takePictures(page, info, 'held')

  await page.goto(`${stack.url}/projects/${project}`)
  await panel.getByLabel('CPU, %').fill('')
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(panel.getByText(/CPU, full/)).toHaveCount(0)
  expect((await stack.api.quota.list.query({ project })).map(({ kind }) => kind)).not.toContain('cpu_percent')
})
