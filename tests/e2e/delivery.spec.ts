import { expect, type Page } from '@playwright/test'
import { notificationSettings } from '@/contracts/notification/notification'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../support/embedded-database'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../support/fake-ntfy'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { parkEvents } from './support/parked-events'
import { test } from './support/test'

let stack: Stack
let ntfy: FakeNtfy
let database: EmbeddedDatabase
test.beforeAll(async () => {
  ntfy = await startFakeNtfy()
  stack = await startStack({
    env: { LANG: 'C.UTF-8', NTFY_URL: ntfy.url, STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join() },
  })
  database = openEmbeddedDatabase(stack)
})
test.afterAll(async () => {
  await database.pool.end()
  await stack.stop()
  await ntfy.stop()
})

/** A question rings after a delay of 5 s, on two busy cores. */
const RING_TIMEOUT_MS = 40_000

/** A program that asks for permission until a line is typed. While the shell itself is in front it counts as idle. */
const ASKS = String.raw`sh -c 'printf "\033]7501;state=blocked:app=demo:kind=permission\007"; read answer; printf "\033]7501;state=idle:app=demo\007"'`

const toast = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text })
const openSettings = (page: Page) => page.goto(`${stack.url}/settings`)
/** What the local CLI says of the settings. */
async function settingsByCli() {
  const { stdout } = await stack.cli(['notify', 'settings', '--json'])
  return notificationSettings.parse(JSON.parse(stdout))
}

test('a test notification arrives, and one that is refused says why', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  await openSettings(page)
  const send = page.getByRole('button', { name: 'Send a test' })
  await send.click()
  await expect(toast(page, 'ntfy: test sent')).toBeVisible()
  expect(ntfy.shown()).toEqual([
    expect.objectContaining({ topic: 'stratavore-alerts', title: 'Stratavore reaches you', priority: 3 }),
  ])

  ntfy.script({ kind: 'status', status: 403, code: 40301, error: 'forbidden' })
  const failed = toast(page, 'ntfy: the test failed')
  // One test every few seconds is taken; what comes sooner is refused and sends nothing.
  await expect(async () => {
    await send.click()
    await expect(failed.first()).toContainText('HTTP 403: forbidden (ntfy 40301)', { timeout: 2_000 })
  }).toPass({ timeout: 60_000 })
  // The channel that is off says how to turn it on.
  await expect(page.getByRole('listitem').filter({ hasText: 'STRATAVORE_WEBHOOK_URL' }).last()).toBeVisible()
})

test('switches and quiet hours are kept, and a mistake loses nothing', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  await openSettings(page)
  const started = page.getByRole('switch', { name: 'Runner started' })
  const quiet = page.getByRole('switch', { name: 'Quiet hours' })
  const zone = page.getByLabel('Time zone')
  const save = page.getByRole('button', { name: 'Save times' })
  await expect(started).not.toBeChecked()
  // Its text is pressed, not the switch itself.
  await page.getByText('its process runs').click()
  await expect(started).toBeChecked()
  await quiet.click()
  await page.getByLabel('From').fill('23:15')
  await page.getByLabel('To', { exact: true }).fill('06:45')

  await zone.fill('Europe/Nowhere')
  await expect(page.getByText('must be a time zone like Europe/Berlin')).toBeVisible()
  await expect(zone).toHaveAttribute('aria-invalid', 'true')
  await expect(save).toBeDisabled()
  expect(await settingsByCli()).toMatchObject({ timeZone: 'UTC' })
  await expect(page.getByLabel('From')).toHaveValue('23:15')

  // A save that does not arrive keeps what was typed, and can be tried again.
  await zone.fill('Europe/Berlin')
  await page.route('**/notification.updateSettings*', (route) => route.abort())
  await save.click()
  await expect(toast(page, 'Could not save')).toBeVisible()
  await expect(zone).toHaveValue('Europe/Berlin')
  await page.unroute('**/notification.updateSettings*')
  await save.click()
  await expect(save).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0)

  await page.reload()
  await expect(started).toBeChecked()
  await expect(quiet).toBeChecked()
  await expect(page.getByLabel('From')).toHaveValue('23:15')
  await expect(page.getByLabel('To', { exact: true })).toHaveValue('06:45')
  await expect(zone).toHaveValue('Europe/Berlin')
  const { enabled, quietHours, timeZone } = await settingsByCli()
  expect(enabled.runner_started).toBe(true)
  expect({ quietHours, timeZone }).toEqual({ quietHours: { from: '23:15', to: '06:45' }, timeZone: 'Europe/Berlin' })

  // The next test is not about quiet hours.
  await quiet.click()
  await started.click()
  await expect
    .poll(() => stack.api.notification.settings.query())
    .toMatchObject({ quietHours: null, enabled: { runner_started: false } })
})

test('a runner that waits rings, and answering takes it back', async ({ browser }) => {
  const { name: project } = await createProject(stack)
  const runner = await launchRunning(stack, { project, provider: 'shell', name: 'asks' })
  const rings = () => ntfy.shown().filter(({ title }) => title === `${project}/asks waits for permission`)
  await typeLine(stack, runner.id, ASKS)
  await expect.poll(rings, { timeout: RING_TIMEOUT_MS }).toEqual([
    expect.objectContaining({
      topic: 'stratavore-alerts',
      priority: 4,
      click: `${stack.url}/runners/${runner.id}`,
      actions: [expect.objectContaining({ label: 'Open' }), expect.objectContaining({ label: 'Stop' })],
    }),
  ])
  const { page } = await openConsole(browser, stack)
  await openSettings(page)
  const recent = page
    .getByRole('list', { name: 'Recent notifications' })
    .getByRole('listitem')
    .filter({ hasText: project })
  await expect(recent).toContainText('ntfy, sent')

  await typeLine(stack, runner.id, 'yes')
  await expect.poll(rings, { timeout: RING_TIMEOUT_MS }).toEqual([])
  await expect(recent).toContainText('taken back', { timeout: RING_TIMEOUT_MS })
})

test('parked events are shown, sent again and gone', async ({ browser }) => {
  const parked = await parkEvents(database, 'nacked: the broker refused it')
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/events`)
  const panel = page.getByRole('region', { name: `${parked.length} events could not be delivered` })
  await expect(panel.getByRole('listitem')).toHaveCount(parked.length)
  await expect(panel.getByRole('listitem').first()).toContainText('nacked: the broker refused it (tried 12 times)')

  await panel.getByRole('button', { name: 'Send again', exact: true }).first().click()
  await expect(toast(page, 'One event is sent again')).toBeVisible()
  await page.getByRole('button', { name: 'Send all again' }).click()
  await expect(page.getByText(/could not be delivered/)).toHaveCount(0)
  await expect(async () => {
    const { rows } = await database.pool.query(
      'SELECT count(*)::int AS published FROM outbox_events WHERE id = ANY($1) AND published_at IS NOT NULL',
      [parked],
    )
    expect(rows).toEqual([{ published: parked.length }])
  }).toPass({ timeout: RING_TIMEOUT_MS })
})
