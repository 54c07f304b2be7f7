import type { Browser, BrowserContext, BrowserContextOptions, Page } from '@playwright/test'
import type { Stack } from '../../support/stack'

/** A browser of its own, signed in, on the fleet page. */
export interface Console {
  context: BrowserContext
  page: Page
  /** How often the page was loaded anew since it was opened: navigation inside the dashboard does not count. */
  loads(): number
  close(): Promise<void>
}

/** What the dashboard looks like by default: wide and dark, as people have it who live in terminals. */
const DEFAULTS: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }

/** Opens a browser context (its own cookies, as another person's) and signs it in with a fresh one-time link. */
export async function openConsole(
  browser: Browser,
  stack: Stack,
  options: BrowserContextOptions = {},
): Promise<Console> {
  const context = await browser.newContext({ ...DEFAULTS, ...options })
  const page = await context.newPage()
  const { url } = await stack.api.auth.createLoginLink.mutate()
  await page.goto(url)
  let loads = 0
  page.on('load', () => {
    loads += 1
  })
  return { context, page, loads: () => loads, close: () => context.close() }
}
