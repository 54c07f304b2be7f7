import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, expect, type Page } from '@playwright/test'
import { createProject, launchRunning } from '../support/launch'
import { isAlive, signal } from '../support/processes'
import { type Stack, startStack } from '../support/stack'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { openTerminal, type TerminalView } from './support/terminal'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack()
})
test.afterAll(() => stack.stop())

/**
 * Counts until the file `enough` is there, at a pace at which the terminal keeps all lines of the few ten seconds that
 * three kills and returns take. The last number is told by a file too: the terminal is what is being judged.
 */
const COUNT_SCRIPT = `clear; i=0; while [ ! -e enough ]; do i=$((i+1)); echo "n$i."; [ $((i % 10)) = 0 ] && sleep 0.2; done; echo $i > last; echo al""l`

/** Starts to watch for a text that may be shown for a moment only. Resolves when it was, and is gone again. */
function comesAndGoes(page: Page, text: RegExp): Promise<void> {
  const shows = ({ source, wanted }: { source: string; wanted: boolean }) =>
    new RegExp(source).test(document.body.innerText) === wanted
  const options = { polling: 'raf', timeout: 30_000 } as const
  return page
    .waitForFunction(shows, { source: text.source, wanted: true }, options)
    .then(() => page.waitForFunction(shows, { source: text.source, wanted: false }, options))
    .then(() => undefined)
}

async function kill(which: readonly ('web' | 'daemon')[]): Promise<void> {
  const before = await stack.pids()
  const killed = which.map((name) => before[name] ?? 0)
  expect(killed.every((pid) => pid > 0)).toBe(true)
  for (const pid of killed) signal(pid, 'SIGKILL')
  await waitUntil(
    `${which.join(' and ')} are back`,
    async () => {
      const now = await stack.pids()
      return now.daemon !== null && which.every((name, index) => now[name] !== killed[index])
    },
    30_000,
  )
}

/**
 * Reads all that the terminal keeps, page by page from the top. Pages overlap by a row, and the last one by many, so
 * every row below the first one of a page was seen next to the row above it.
 */
async function readScrollback(page: Page, terminal: TerminalView): Promise<string[][]> {
  const settled = async (before: string) => {
    let rows = await terminal.rows()
    // Rows are drawn a frame after the key; the end is reached when a page looks like the one before.
    for (let frame = 0; frame < 5 && rows.join('\n') === before; frame += 1) {
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
      rows = await terminal.rows()
    }
    return rows
  }
  const turn = async (key: string) => {
    const pages: string[][] = [await terminal.rows()]
    for (;;) {
      const before = pages.at(-1) ?? []
      await page.keyboard.press(key)
      const after = await settled(before.join('\n'))
      if (after.join('\n') === before.join('\n')) return pages
      pages.push(after)
    }
  }
  await turn('Shift+PageUp')
  return turn('Shift+PageDown')
}

async function watching(browser: Browser) {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const desk = await openConsole(browser, stack)
  const fleet = await openConsole(browser, stack)
  return { project, runner, desk, fleet, terminal: await openTerminal(desk.page, stack.url, runner.id) }
}

test('kill -9 of daemon, web and both: pages heal themselves, the terminal misses and doubles nothing', async ({
  browser,
}) => {
  const { project, runner, desk, fleet, terminal } = await watching(browser)
  const loadsBefore = [desk.loads(), fleet.loads()]
  await terminal.attached('driver')
  await terminal.enter(COUNT_SCRIPT)
  await terminal.sees('n20.')

  for (const which of [['daemon'], ['web'], ['daemon', 'web']] as const) {
    const terminalHeals = comesAndGoes(desk.page, /Connection lost\. The runner goes on/)
    const fleetHeals = (which as readonly string[]).includes('web')
      ? comesAndGoes(fleet.page, /Connection lost\. This is the last known state/)
      : undefined
    await kill(which)
    await terminalHeals
    await fleetHeals
    await terminal.attached('driver')
  }

  writeFileSync(join(project.path, 'enough'), '')
  await terminal.sees(/^all$/m)
  const last = Number(readFileSync(join(project.path, 'last'), 'utf8'))
  const pages = await readScrollback(desk.page, terminal)
  const numbersOf = (rows: string[]) => rows.flatMap((row) => /^n(\d+)\.$/.exec(row)?.[1] ?? []).map(Number)
  const numbers = pages.map(numbersOf)
  for (const page of numbers) {
    expect(page).toEqual(Array.from({ length: page.length }, (_, index) => (page[0] ?? 0) + index))
  }
  // Nothing else but the command line itself and the end stand among them.
  expect(pages.flat().filter((row) => !/^n\d+\.$/.test(row) && !/^all$|[$#] ?$/.test(row))).toEqual([])
  expect(numbers[0]?.[0]).toBe(1)
  expect(numbers.at(-1)?.at(-1)).toBe(last)
  numbers.slice(1).forEach((page, index) => {
    expect(page[0], `page ${index + 2} begins where the one before ends`).toBeLessThanOrEqual(
      numbers[index]?.at(-1) ?? 0,
    )
  })

  const after = await stack.api.runner.get.query({ id: runner.id })
  expect(after).toMatchObject({ status: 'running', pid: runner.pid, epoch: 1 })
  expect(isAlive(runner.pid ?? 0)).toBe(true)
  await terminal.enter('clear; echo still $((6*7))')
  await terminal.sees(/^still 42$/m)

  // The fleet's event stream is the one that was cut: what another client launches shows without a reload.
  const launched = await stack.cli(['launch', project.name, '--provider', 'shell', '--json'])
  expect(launched.code, launched.stderr).toBe(0)
  const { id } = JSON.parse(launched.stdout) as { id: string }
  await expect(fleet.page.locator(`[data-runner="${id}"]`)).toBeVisible({ timeout: 2000 })
  expect([desk.loads(), fleet.loads()]).toEqual(loadsBefore)
})

test('what is typed while everything is down arrives once it is back, once', async ({ browser }) => {
  const { desk, terminal } = await watching(browser)
  await terminal.attached('driver')
  await terminal.enter('PS1="> "; clear; cat')
  await terminal.sees(/cat$|^$/m)
  const healed = comesAndGoes(desk.page, /Connection lost\. The runner goes on/)
  const gone = desk.page.waitForFunction(() => /Connection lost/.test(document.body.innerText), undefined, {
    polling: 'raf',
  })
  const back = kill(['daemon', 'web'])
  await gone
  await terminal.enter('typed in the dark')
  await back
  await healed
  await terminal.sees(/^typed in the dark\ntyped in the dark$/m)
  await desk.page.keyboard.press('Control+d')
  await terminal.sees(/^>$/m)
  expect((await terminal.text()).match(/typed in the dark/g)).toHaveLength(2)
})
