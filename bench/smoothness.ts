import { type Browser, chromium, type Page } from '@playwright/test'
import playwrightConfig from '../playwright.config'
import { openConsole } from '../tests/e2e/support/console'
import { createProject, launchRunning, typeLine } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { type Figure, quantile } from './statistics'

const RUNNERS = 50
const ON_THE_WALL = 9
const WATCHED_MS = 10_000
/**
 * What a coding agent's screen does while it works: a line redrawn ten times a second, and now and then a new one. In Perl,
 * which starts no process for each pause.
 */
const BUSY = `perl -e '$|=1; while(++$i){print "\\r\\e[36m*\\e[0m working $i"; print "\\n" unless $i%10; select(undef,undef,undef,0.1)}'`

/** Runs in the page: as text, for what compiles this file adds names of its own to functions. */
const COUNT_FRAMES = `new Promise((resolve) => {
  const gaps = []
  let last = performance.now()
  const until = last + ${WATCHED_MS}
  requestAnimationFrame(function frame(now) {
    gaps.push(now - last)
    last = now
    if (now < until) requestAnimationFrame(frame)
    else resolve(gaps)
  })
})`

/** Milliseconds between the frames that a page draws. */
const framesOf = (page: Page): Promise<number[]> => page.evaluate<number[]>(COUNT_FRAMES)

async function figuresOf(name: string, page: Page): Promise<Figure[]> {
  const gaps = await framesOf(page)
  return [
    { name: `${name}: frames`, unit: '/s', value: gaps.length / (WATCHED_MS / 1000) },
    { name: `${name}: between two frames, p50`, unit: 'ms', value: quantile(gaps, 0.5) },
    { name: `${name}: between two frames, p99`, unit: 'ms', value: quantile(gaps, 0.99) },
  ]
}

async function measureIn(browser: Browser, stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack, { runnerQuota: RUNNERS })
  const ids: string[] = []
  for (let count = 0; count < RUNNERS; count += 1) {
    const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
    await typeLine(stack, id, BUSY)
    ids.push(id)
  }
  const { page } = await openConsole(browser, stack, { viewport: { width: 1600, height: 1000 } })
  await page.goto('about:blank')
  const empty = await figuresOf('a page with nothing on it', page)
  await page.goto(`${stack.url}/`)
  await page
    .locator('[data-runner]')
    .nth(RUNNERS - 1)
    .waitFor({ state: 'attached' })
  const fleet = await figuresOf(`Fleet of ${RUNNERS} that work`, page)
  await page.goto(`${stack.url}/wall?runners=${ids.slice(0, ON_THE_WALL).join(',')}`)
  await page
    .locator('[data-testid="terminal"][data-phase="attached"]')
    .nth(ON_THE_WALL - 1)
    .waitFor()
  const wall = await figuresOf(`Wall of ${ON_THE_WALL}, ${RUNNERS} that work`, page)
  for (const id of ids) await stack.api.runner.stop.mutate({ id, force: true })
  return [...empty, ...fleet, ...wall]
}

/** Whether Fleet and Wall stay smooth in a real browser while many runners work. */
export async function measureSmoothness(stack: Stack): Promise<Figure[]> {
  const browser = await chromium.launch(playwrightConfig.use?.launchOptions ?? {})
  try {
    return await measureIn(browser, stack)
  } finally {
    await browser.close()
  }
}
