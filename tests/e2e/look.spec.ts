import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { openEmbeddedDatabase } from '../support/embedded-database'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../support/fake-ntfy'
import { untilStatus } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { parkEvents } from './support/parked-events'
import { fillShowcase, type Showcase } from './support/showcase'
import { terminalOf } from './support/terminal'
import { test } from './support/test'

// A trace records every picture again; the screenshots this takes itself tell enough.
test.use({ trace: 'off' })

let stack: Stack
let ntfy: FakeNtfy
let shows: Showcase
test.beforeAll(async () => {
  ntfy = await startFakeNtfy()
  stack = await startStack({
    env: { LANG: 'C.UTF-8', NTFY_URL: ntfy.url, STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join() },
  })
  shows = await fillShowcase(stack)
  await stack.api.notification.updateSettings.mutate({ quietHours: { from: '23:00', to: '06:30' } })
  const database = openEmbeddedDatabase(stack)
  await parkEvents(database, 'returned: no queue is bound for runner.started.local (312 NO_ROUTE)')
  await database.pool.end()
})
test.afterAll(async () => {
  await stack.stop()
  await ntfy.stop()
})

/** A place to look at: how to come there, and what tells that it is complete. */
interface Place {
  name: string
  open(page: Page): Promise<void>
}

const heading = (page: Page, name: string) => expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
const at = (path: string, title: string, complete?: (page: Page) => Promise<void>) => async (page: Page) => {
  await page.goto(stack.url + path)
  await heading(page, title)
  await complete?.(page)
}

const PLACES: Place[] = [
  {
    name: 'fleet',
    open: at('/', 'Fleet', async (page) => {
      await expect(page.getByTestId('runner-tile')).toHaveCount(6)
      // A screen is fetched only where it can be seen.
      await expect(page.getByText('Math.min(amount')).toBeVisible()
    }),
  },
  {
    name: 'runner',
    open: (page) =>
      at(`/runners/${shows.approval.id}`, 'refund rounding', async () => {
        await terminalOf(page).sees('Do you want to make this edit?')
      })(page),
  },
  {
    name: 'failed runner',
    open: (page) =>
      at(`/runners/${shows.failed.id}`, 'migrate ledger', async () => {
        await expect(page.getByTestId('ended')).toContainText('code 3')
        await terminalOf(page).sees('relation "entries" does not exist')
      })(page),
  },
  { name: 'projects', open: at('/projects', 'Projects', (page) => expect(page.getByRole('article')).toHaveCount(2)) },
  {
    name: 'project',
    open: at('/projects/storefront', 'storefront', (page) => expect(page.getByText('API_BASE')).toBeVisible()),
  },
  { name: 'nodes', open: at('/nodes', 'Nodes', (page) => expect(page.getByText('Online')).toBeVisible()) },
  {
    name: 'events',
    open: at('/events', 'Events', async (page) => {
      await expect(page.getByRole('region', { name: 'events could not be delivered' })).toBeVisible()
      await expect(page.getByText('Project created').first()).toBeVisible()
    }),
  },
  {
    name: 'sessions',
    open: at('/sessions', 'Sessions', (page) => expect(page.getByText(/No conversation yet/)).toBeVisible()),
  },
  {
    name: 'settings',
    open: at('/settings', 'Settings', async (page) => {
      await expect(page.getByText(/All well|Degraded|Down/)).toBeVisible()
      await expect(page.getByLabel('From')).toHaveValue('23:00')
      await expect(page.getByRole('list', { name: 'Recent notifications' })).toContainText('migrate ledger')
    }),
  },
  {
    name: 'launch dialog',
    async open(page) {
      await at('/', 'Fleet')(page)
      // The key does what the buttons offer, once it is known what one may do.
      await expect(page.getByRole('button', { name: /^Launch( a runner)?$/ }).first()).toBeVisible()
      await page.keyboard.press('n')
      await expect(page.getByRole('dialog').getByLabel('Project')).toBeVisible()
      await page.getByRole('dialog').getByRole('radio', { name: 'Claude Code' }).click()
    },
  },
  {
    name: 'palette',
    async open(page) {
      await at('/', 'Fleet')(page)
      await page.keyboard.press('Control+k')
      const first = page.getByRole('dialog').getByRole('option').first()
      await expect(first).toContainText('refund rounding')
      await expect(first).toHaveAttribute('aria-selected', 'true')
    },
  },
]

const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

/** What assistive technology and eyes would stumble over; the program's own screen is not ours to judge. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).exclude('.xterm').analyze()
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `    ${html}`).join('\n')}`)
}

/** A page is judged as it stays, not in the middle of a fade; what moves for ever is no fade. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const passing = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
    // One that is cut short by another is over too.
    return Promise.allSettled(passing.map(({ finished }) => finished)).then(() => undefined)
  })

/** Elements that stick out of the window to the right, when the page scrolls sideways because of them. */
const overflow = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName} ${element.className}`)
  })

for (const [sizeName, viewport] of Object.entries(SIZES)) {
  test(`every page looks right, dark and light: ${sizeName}`, async ({ browser }, info) => {
    const phone = sizeName === 'phone' ? { hasTouch: true, isMobile: true } : {}
    const { page } = await openConsole(browser, stack, { viewport, ...phone })
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`)
    })
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`))

    const look = async (name: string, looked: Page = page) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await looked.emulateMedia({ colorScheme })
        await expect(looked.locator('html')).toHaveClass(colorScheme)
        await settled(looked)
        await looked.screenshot({
          path: info.outputPath(`${name.replaceAll(' ', '-')}-${sizeName}-${colorScheme}.png`),
        })
        // Colours are the same at every size, and nothing else differs between dark and light.
        if (sizeName === 'wide') expect.soft(await violations(looked), `${name}: axe, ${colorScheme}`).toEqual([])
      }
      if (sizeName === 'phone') expect.soft(await violations(looked), `${name}: axe`).toEqual([])
      expect.soft(await overflow(looked), `${name}: sideways`).toEqual([])
    }
    for (const place of PLACES) {
      await place.open(page)
      await look(place.name)
    }
    const stranger = await (await browser.newContext({ viewport, ...phone })).newPage()
    await stranger.goto(`${stack.url}/login?error=link`)
    await look('login', stranger)
    expect(complaints).toEqual([])
  })
}

test('everything can be reached by keys', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  await heading(page, 'Fleet')
  // The heading comes from the server; who listens to keys comes with what the page has asked for.
  await expect(page.getByTestId('runner-tile').first()).toBeVisible()
  for (const [keys, title] of [
    ['gp', 'Projects'],
    ['ge', 'Events'],
    ['gn', 'Nodes'],
    ['gs', 'Sessions'],
    ['gc', 'Settings'],
    ['gf', 'Fleet'],
  ] as const) {
    await page.keyboard.type(keys)
    await heading(page, title)
  }
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // j and k move between tiles, x selects, Enter opens.
  const tiles = page.getByTestId('runner-tile')
  const focused = (index: number) => expect(tiles.nth(index).getByRole('link').first()).toBeFocused()
  await page.keyboard.press('j')
  await focused(0)
  await page.keyboard.press('j')
  await focused(1)
  await page.keyboard.press('k')
  await focused(0)
  await page.keyboard.press('x')
  await expect(page.getByRole('toolbar', { name: 'Selected runners' })).toContainText('1')
  await page.keyboard.press('x')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/runners\//)
  const terminal = terminalOf(page)
  await terminal.attached()
  // In the terminal Ctrl-K belongs to the program, Ctrl-Shift-P to the dashboard.
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Control+Shift+P')
  const palette = page.getByRole('dialog', { name: 'Search runners and actions' })
  await expect(palette).toBeVisible()
  await page.keyboard.type('scratch')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${stack.url}/runners/${shows.idle.id}`)

  await page.keyboard.press('Control+Shift+P')
  await expect(palette).toBeVisible()
  await page.keyboard.type('resume nightly')
  await expect(palette.getByRole('option').first()).toContainText('Resume nightly crawl')
  await page.keyboard.press('Enter')
  await untilStatus(stack, shows.paused.id, ['running'])
})
