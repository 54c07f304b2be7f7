import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, expect, type Page } from '@playwright/test'
import { createProject, launchRunning } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { openTerminal, terminalOf } from './support/terminal'
import { test } from './support/test'

let stack: Stack
test.beforeAll(async () => {
  stack = await startStack({ env: { LANG: 'C.UTF-8' } })
})
test.afterAll(() => stack.stop())

/** A signed-in page with the terminal of a fresh shell in it. */
async function openShell(browser: Browser) {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell', name: `shell-${project.name}` })
  const { page } = await openConsole(browser, stack)
  const terminal = await openTerminal(page, stack.url, runner.id)
  await terminal.attached('driver')
  await terminal.enter('PS1="ready> "; clear')
  await terminal.sees(/^ready>/)
  return { page, terminal, runner, project }
}

const fleet = (page: Page) => page.getByRole('heading', { name: 'Fleet', level: 1 })

test('nothing is shown without a session, and a login link signs in once', async ({ browser }, info) => {
  const stranger = await (await browser.newContext()).newPage()
  for (const path of ['/', '/projects', '/sessions', '/nodes', '/events', '/settings', '/runners/none', '/nowhere']) {
    await stranger.goto(stack.url + path)
    await expect(stranger, path).toHaveURL(`${stack.url}/login`)
  }
  await expect(stranger.getByRole('heading', { name: 'Sign in to Stratavore' })).toBeVisible()
  await stranger.getByLabel('Login link or code').fill('no such thing')
  await stranger.getByRole('button', { name: 'Sign in' }).click()
  await expect(stranger.getByRole('alert').filter({ hasText: /no login link|used before/ })).toBeVisible()

  const owner = await browser.newContext()
  const page = await owner.newPage()
  await page.goto(stack.loginLink)
  await expect(fleet(page)).toBeVisible()
  expect(page.url()).toBe(`${stack.url}/`)
  const cookies = await owner.cookies()
  expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/' })])

  // The same link again, from another browser, and pasted: both refused with the way out.
  for (const again of [
    () => stranger.goto(stack.loginLink),
    async () => {
      await stranger.goto(`${stack.url}/login`)
      await stranger.getByLabel('Login link or code').fill(stack.loginLink)
      await stranger.getByRole('button', { name: 'Sign in' }).click()
    },
  ]) {
    await again()
    await expect(stranger.getByText('That link has expired or was used before. Make a new one.')).toBeVisible()
  }
  expect(await stranger.context().cookies()).toEqual([])

  await page.goto(`${stack.url}/settings`)
  await page.getByRole('button', { name: 'Make a login link' }).click()
  await stranger.goto((await page.getByText(`${stack.url}/login?code=`).textContent()) ?? '')
  await expect(fleet(stranger)).toBeVisible()
  await stranger.goto(`${stack.url}/settings`)
  await stranger.getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(stranger).toHaveURL(`${stack.url}/login`)
  await stranger.goto(stack.url)
  await expect(stranger).toHaveURL(`${stack.url}/login`)

  // Another site's page leads to a link: it says whom it signs in, and does so only when it is told to.
  const { url } = await stack.api.auth.createLoginLink.mutate()
  const cookiesBefore = await stranger.context().cookies()
  await stranger.goto('about:blank')
  await stranger.setContent(`<a href="${url}">a nice picture</a>`)
  await stranger.getByRole('link').click()
  await expect(stranger.getByText('This link signs this browser in as owner.')).toBeVisible()
  await stranger.screenshot({ path: info.outputPath('link-asks.png') })
  expect(await stranger.context().cookies()).toEqual(cookiesBefore)
  await stranger.getByRole('button', { name: 'Sign in as owner' }).click()
  await expect(fleet(stranger)).toBeVisible()
})

test('a new user creates a project, launches a shell and reads 42', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  const path = join(stack.workDir, 'first-minute')
  mkdirSync(path)
  await page.getByRole('button', { name: 'New project' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New project' })
  await dialog.getByLabel('Directory').fill(`${path}-that-is-not-there`)
  await dialog.getByRole('button', { name: 'Create project' }).click()
  await expect(dialog.getByRole('alert')).toContainText(/not|no such/i)
  await dialog.getByLabel('Directory').fill(path)
  await expect(dialog.getByLabel('Name')).toHaveValue('first-minute')
  await dialog.getByRole('radio', { name: 'Shell' }).click()
  await dialog.getByRole('button', { name: 'Create project' }).click()
  await expect(page.getByRole('heading', { name: 'first-minute', level: 1 })).toBeVisible()

  await page.getByRole('button', { name: 'Launch', exact: true }).click()
  const launch = page.getByRole('dialog', { name: 'Launch a runner' })
  await expect(launch.getByRole('radio', { name: 'Shell' })).toBeChecked()
  await launch.getByRole('button', { name: 'Launch' }).click()
  await expect(page).toHaveURL(/\/runners\//)
  const terminal = terminalOf(page)
  await terminal.attached('driver')
  await terminal.enter('echo $((6*7))')
  await terminal.sees(/^42$/m)
})

test('keys, history, Ctrl-C, paste and resizes reach the program', async ({ browser }) => {
  const { page, terminal } = await openShell(browser)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])

  // Arrow keys: the line before, changed in its middle.
  await terminal.enter('echo one-two')
  await terminal.sees(/^one-two$/m)
  await page.keyboard.press('ArrowUp')
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('X')
  await page.keyboard.press('Enter')
  await terminal.sees(/^onX-two$/m)

  await terminal.enter('sleep 600')
  await terminal.sees('sleep 600')
  await page.keyboard.press('Control+c')
  await terminal.sees(/\^C\nready>$/)
  await terminal.enter('echo "code $?"')
  await terminal.sees(/^code 130$/m)

  // Esc, Tab and Ctrl-K are the program's, not the dashboard's.
  // What it prints first shows that the shell's own line editor has let go of the terminal.
  await terminal.enter('echo "from $((1+1))"; cat -v')
  await terminal.sees(/^from 2$/m)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+v')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Tab')
  await terminal.enter('end')
  await terminal.sees(/^\^\[\^K\tend|^\^\[\^K +end/m)
  await page.keyboard.press('Control+c')
  // Only its prompt takes a paste as one piece.
  await terminal.sees(/\^C\nready>$/)

  await page.evaluate(() => navigator.clipboard.writeText('echo pasted 1\necho pasted 2'))
  await page.keyboard.press('Control+Shift+V')
  await terminal.sees('echo pasted 2')
  expect(await terminal.text(), 'pasted text waits for Enter').not.toMatch(/^pasted 2$/m)
  await page.keyboard.press('Enter')
  await terminal.sees(/^pasted 1\npasted 2$/m)

  let asked = 0
  const ptySize = async () => {
    asked += 1
    // An earlier answer may still be on the screen.
    const answer = new RegExp(`^size ${asked}: (\\d+) (\\d+)$`, 'm')
    await terminal.enter(`clear; echo "size ${asked}: $(stty size)"`)
    await terminal.sees(answer)
    const [, rows, cols] = answer.exec(await terminal.text()) ?? []
    return { rows: Number(rows), cols: Number(cols) }
  }
  const wide = await ptySize()
  expect(await terminal.root.locator('.xterm-rows > div').count()).toBe(wide.rows)
  await page.setViewportSize({ width: 1000, height: 600 })
  await expect.poll(() => terminal.root.locator('.xterm-rows > div').count()).toBeLessThan(wide.rows)
  const narrow = await ptySize()
  expect(await terminal.root.locator('.xterm-rows > div').count()).toBe(narrow.rows)
  expect(narrow.cols).not.toBe(wide.cols)
  // A row of exactly that many characters fits without a wrap.
  await terminal.enter(`clear; printf '%*s\\n' ${narrow.cols} '' | tr ' ' w; echo below`)
  await terminal.sees(new RegExp(`^w{${narrow.cols}}\nbelow$`, 'm'))
})

test('wide and combining characters and all colours are drawn as they are', async ({ browser }) => {
  const { page, terminal } = await openShell(browser)
  await terminal.enter('clear; echo "now c""at"; cat')
  // What is typed before the screen is cleared would be cleared with it.
  await terminal.sees(/^now cat$/m)
  await page.keyboard.insertText('日本語 👍 e\u0301 한국어')
  await page.keyboard.press('Enter')
  await terminal.sees(/日本語 👍 e\u0301 한국어\n日本語 👍 e\u0301 한국어/)
  await page.keyboard.press('Control+c')

  // Three wide characters are six columns: what follows stands in one line with what follows six letters.
  await terminal.enter(String.raw`clear; printf '日本語|\nabcdef|\nx👍e\u0301zy|\n'`)
  await terminal.sees(/^abcdef\|$/m)
  const bars = await terminal.root.locator('.xterm-rows > div').evaluateAll((rows) =>
    rows
      .filter((row) => /^\S+\|$/.test(row.textContent.trimEnd()))
      .map((row) => {
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.nodeValue?.indexOf('|') ?? -1
          if (at === -1) continue
          const range = document.createRange()
          range.setStart(node, at)
          range.setEnd(node, at + 1)
          return range.getBoundingClientRect().left
        }
        return -1
      }),
  )
  expect(bars).toHaveLength(3)
  for (const left of bars) expect(Math.abs(left - (bars[1] ?? 0)), `${bars}`).toBeLessThan(2)

  await terminal.enter(
    String.raw`clear; printf '\e[31mred\e[0m \e[1mbold\e[0m \e[48;5;200mindexed\e[0m \e[48;2;10;200;30mtrue\e[0m \e[38;5;46mgreen\e[0m\n'`,
  )
  await terminal.sees(/^red bold indexed true green$/m)
  const styles = await terminal.root.locator('.xterm-rows span').evaluateAll((spans) =>
    Object.fromEntries(
      spans.map((span) => {
        const { color, backgroundColor, fontWeight } = getComputedStyle(span)
        return [span.textContent.trim(), { color, backgroundColor, fontWeight }]
      }),
    ),
  )
  expect(styles.red?.color).toBe('rgb(242, 119, 122)')
  expect(styles.bold?.fontWeight).toBe('700')
  expect(styles.indexed?.backgroundColor).toBe('rgb(255, 0, 215)')
  expect(styles.true?.backgroundColor).toBe('rgb(10, 200, 30)')
  expect(styles.green?.color).toBe('rgb(0, 255, 0)')
})

test('leaving and returning shows exactly the same screen', async ({ browser }) => {
  const { page, terminal, runner } = await openShell(browser)
  const leaveAndReturn = async () => {
    await page.getByRole('link', { name: 'Fleet' }).click()
    await expect(fleet(page)).toBeVisible()
    await expect(terminal.root).toHaveCount(0)
    await page.getByRole('link', { name: runner.name ?? '', exact: true }).click()
    await terminal.attached('driver')
  }
  await terminal.enter(
    String.raw`clear; for i in $(seq 1 300); do printf '\e[3%dmline %d\e[0m\n' $((i%8)) $i; done; printf '日本語 \e[48;5;200m256\e[0m \e[38;2;1;200;3mtrue\e[0m\n'`,
  )
  await terminal.sees('日本語 256 true')
  await page.keyboard.type('half a li')
  await terminal.sees(/half a li$/)
  const before = { rows: await terminal.rows(), picture: await terminal.picture() }
  expect(before.rows.length).toBeGreaterThan(20)
  await leaveAndReturn()
  await expect.poll(terminal.rows).toEqual(before.rows)
  expect(await terminal.picture()).toEqual(before.picture)
  // What is above the screen came along, and the line is still being edited where it was.
  for (let pages = 0; pages < 12; pages += 1) await page.keyboard.press('Shift+PageUp')
  await terminal.sees(/^line 1\nline 2$/m)
  await page.keyboard.press('Control+u')
  await terminal.sees(/ready>$/)

  // The same for a program that has the alternate screen, and the main screen below it.
  await terminal.enter(String.raw`printf '\e[?1049h\e[2J\e[5;10Hfull screen\e[7;1H'; read; printf '\e[?1049l'`)
  await terminal.sees(/^ {9}full screen$/m)
  const full = await terminal.rows()
  await leaveAndReturn()
  await expect.poll(terminal.rows).toEqual(full)
  await page.keyboard.press('Enter')
  await terminal.sees('日本語 256 true')
  expect(await terminal.text()).not.toMatch(/^ {9}full screen/m)
})

test('a second browser watches, and types only once it has taken control', async ({ browser }) => {
  const { page, terminal, runner } = await openShell(browser)
  const { page: otherPage } = await openConsole(browser, stack, { viewport: { width: 900, height: 700 } })
  const other = await openTerminal(otherPage, stack.url, runner.id)
  await other.attached('viewer')
  await expect(otherPage.getByText('You are watching.')).toBeVisible()
  await terminal.enter('echo for$((1+1))')
  await other.sees(/^for2$/m)
  // Looking never resizes: both draw the same rows.
  await expect.poll(other.rows).toEqual(await terminal.rows())

  await other.root.click()
  await other.enter('echo from-the-viewer')
  await terminal.enter('echo still-mine')
  await terminal.sees(/^still-mine$/m)
  expect(await terminal.text()).not.toContain('from-the-viewer')

  await otherPage.getByRole('button', { name: 'Take control' }).click()
  await other.attached('driver')
  await terminal.attached('viewer')
  await expect(page.getByText('You are watching.')).toBeVisible()
  await other.enter('clear; echo now-from-the-other')
  await terminal.sees(/^now-from-the-other$/m)
  await terminal.enter('echo not-any-more')
  await other.enter('echo last')
  await terminal.sees(/^last$/m)
  expect(await terminal.text()).not.toContain('not-any-more')
})

test('a runner is stopped after a question, tells how it ended, and restarts', async ({ browser }) => {
  const { page, terminal, runner } = await openShell(browser)
  const panel = page.getByRole('complementary', { name: 'Runner details' })
  await panel.getByRole('button', { name: 'Stop' }).click()
  const question = page.getByRole('alertdialog', { name: `Stop “${runner.name}”?` })
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect(await stack.api.runner.get.query({ id: runner.id })).toMatchObject({ status: 'running' })

  await terminal.root.click()
  await terminal.enter('echo last words')
  await terminal.sees(/^last words$/m)
  await panel.getByRole('button', { name: 'Stop' }).click()
  await question.getByRole('button', { name: 'Stop' }).click()
  const ended = page.getByTestId('ended')
  await expect(ended).toContainText('Ended')
  await expect(ended).toContainText('stopped by owner')
  await terminal.sees('last words')
  expect(await stack.api.runner.get.query({ id: runner.id })).toMatchObject({ status: 'terminated' })

  await ended.getByRole('button', { name: 'Restart' }).click()
  await expect(ended).toHaveCount(0)
  await terminal.attached('driver')
  // Keys for the life that is over are not typed into the next one: wait for its screen and prompt.
  await expect.poll(() => terminal.text()).not.toContain('last words')
  await terminal.sees(/[#$] *$/m)
  await terminal.root.click()
  await terminal.enter('echo again $((40+2))')
  await terminal.sees(/^again 42$/m)

  await terminal.enter('exit 7')
  await expect(ended).toContainText('Failed')
  await expect(ended).toContainText('code 7')
})
