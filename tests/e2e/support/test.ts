import { test as base } from '@playwright/test'

/**
 * Playwright's, with an end to every browser context that a test has opened: all tests share one browser, and a page whose
 * stack is gone tries to reach it for ever, drawing as it does. A dozen of those made a test take three times as long.
 */
export const test = base.extend<{ closedContexts: undefined }>({
  closedContexts: [
    async ({ browser }, use) => {
      await use(undefined)
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    { auto: true },
  ],
})
