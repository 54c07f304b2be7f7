import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { type ClaudeStack, startClaudeStack } from '../support/claude/claude-stack'
import { untilScreen, untilStatus } from '../support/launch'
import { signal } from '../support/processes'
import { waitUntil } from '../support/wait-until'
import { openConsole } from './support/console'
import { terminalOf } from './support/terminal'
import { test } from './support/test'

const SET_UP_TIMEOUT_MS = 180_000
/** A conversation long enough that most of it is neither drawn nor loaded. */
const LONG = 3_000

let claude: ClaudeStack
test.beforeAll(async () => {
  test.setTimeout(SET_UP_TIMEOUT_MS)
  claude = await startClaudeStack({ allowedTools: ['Bash'] })
})
test.afterAll(() => claude.stop())

/** The transcript of a session on the disk. */
function transcriptOf(sessionId: string): string {
  const projects = join(claude.claudeDir, 'projects')
  const slug = readdirSync(projects).find((name) => readdirSync(join(projects, name)).includes(`${sessionId}.jsonl`))
  if (slug === undefined) throw new Error(`session ${sessionId} has no transcript`)
  return join(projects, slug, `${sessionId}.jsonl`)
}

const line = (fields: object): string =>
  `${JSON.stringify({ timestamp: '2026-11-22T20:00:00.000Z', cwd: claude.project.path, ...fields })}\n`
const says = (text: string): string => line({ type: 'user', message: { content: text } })
const answers = (text: string, number: number): string =>
  line({
    type: 'assistant',
    message: { id: `m${number}`, model: 'claude-test', content: [{ type: 'text', text }], usage: { input_tokens: 10 } },
  })

const hostile = (): string[] => [
  says('<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'),
  says('[click](javascript:window.hacked=1) ![x](https://example.invalid/x.png) data:text/html,x'),
  says('<svg onload="window.hacked=1"><a href="javascript:window.hacked=1">in a picture</a></svg>'),
  says('user\u202etxt.exe \u001b[31mred\u001b[0m'),
  '{"type":"user","mess\n',
  `${'\0'.repeat(40)}\n`,
]

const violations = async (page: Page): Promise<string[]> =>
  (await new AxeBuilder({ page }).analyze()).violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)

test('a session whose runner was killed is read, searched, and resumed with its whole history', async ({ browser }) => {
  const { stack, model, project } = claude
  const launched = await stack.api.runner.launch.mutate({
    project: project.name,
    prompt: '[[bash echo it-was-run]] [[think the first answer]]',
  })
  await untilScreen(stack, launched.id, /^\W*the first answer$/m, 60_000)
  const { pid, sessionId } = await stack.api.runner.get.query({ id: launched.id })
  // The program shows a message a moment before it writes it down.
  await waitUntil('the answer is in the transcript', () =>
    readFileSync(transcriptOf(sessionId ?? ''), 'utf8').includes('"text":"the first answer"'),
  )
  signal(pid ?? 0, 'SIGKILL')
  await untilStatus(stack, launched.id, ['failed'])

  const { page } = await openConsole(browser, stack)
  await page.getByRole('link', { name: 'Sessions' }).click()
  await page.getByRole('region', { name: 'Sessions' }).getByRole('link').first().click()
  await expect(page).toHaveURL(`${stack.url}/sessions/${sessionId}`)
  const transcript = page.getByRole('region', { name: 'Transcript' })
  await expect(transcript.getByRole('article', { name: 'Assistant' }).last()).toContainText('the first answer')
  const call = transcript.getByRole('article', { name: 'Bash' })
  await expect(call).toContainText('echo it-was-run')
  await expect(call).toContainText('it-was-run')
  // Folded until it is wanted.
  await expect(transcript.getByText('scripted thinking')).toHaveCount(0)
  await transcript.getByRole('button', { name: 'What it thought' }).click()
  await expect(transcript.getByText('scripted thinking')).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page).toHaveURL(/\/runners\//)
  const resumed = page.url().split('/').at(-1) ?? ''
  expect(resumed).not.toBe(launched.id)
  const terminal = terminalOf(page)
  await terminal.attached('driver')
  await terminal.sees('the first answer', 60_000)
  await page.keyboard.type('[[text the second answer]]')
  await terminal.sees('[[text the second answer]]')
  await page.keyboard.press('Enter')
  await terminal.sees(/^\W*the second answer$/m, 60_000)
  for (const said of ['echo it-was-run', 'the first answer']) expect(model.history()).toContain(said)
  // One conversation, one transcript: nothing was begun anew.
  expect(readFileSync(transcriptOf(sessionId ?? ''), 'utf8')).toContain('the second answer')

  // It lives: whoever resumes it attaches, and what is said is seen as it is said.
  const cli = await stack.cli(['resume', sessionId ?? '', '--json'])
  expect(JSON.parse(cli.stdout)).toMatchObject({ outcome: 'attached', runner: { id: resumed } })
  await page.goto(`${stack.url}/sessions/${sessionId}`)
  await expect(page.getByRole('link', { name: 'Open runner' })).toBeVisible()
  await expect(transcript.getByText('the second answer').last()).toBeVisible()
  await stack.api.runner.send.mutate({ id: resumed, text: '[[text the third answer]]' })
  await untilScreen(stack, resumed, '[[text the third answer]]')
  await stack.api.runner.send.mutate({ id: resumed, text: '', enter: true })
  await expect(transcript.getByText('the third answer', { exact: true })).toBeVisible()

  // A copy goes on by itself; the original is not touched.
  const fork = await stack.api.session.fork.mutate({ id: sessionId ?? '', prompt: '[[text the fork answers]]' })
  await untilScreen(stack, fork.runner.id, /^\W*the fork answers$/m, 60_000)
  expect(model.history()).toContain('the first answer')
  expect(fork.runner.sessionId).not.toBe(sessionId)
  expect(readFileSync(transcriptOf(sessionId ?? ''), 'utf8')).not.toContain('the fork answers')

  // Taken over: the holder ends, and the new runner begins after it.
  const taken = await stack.api.session.resume.mutate({ id: sessionId ?? '', takeOver: true })
  expect(taken).toMatchObject({ outcome: 'waiting' })
  await untilStatus(stack, resumed, ['terminated'])
  await untilStatus(stack, taken.runner.id, ['running'])
  await untilScreen(stack, taken.runner.id, 'the third answer', 60_000)
})

test('a long and hostile transcript is read to its beginning, searched, linked to, and does nothing', async ({
  browser,
}) => {
  const { stack, project } = claude
  const launched = await stack.api.runner.launch.mutate({ project: project.name, prompt: '[[text short]]' })
  await untilScreen(stack, launched.id, /^\W*short$/m, 60_000)
  await stack.api.runner.stop.mutate({ id: launched.id })
  const { sessionId } = await untilStatus(stack, launched.id, ['terminated'])
  const path = transcriptOf(sessionId ?? '')
  const lines = Array.from({ length: LONG }, (_, number) =>
    number % 2 === 0 ? says(`question ${number}`) : answers(`answer ${number}`, number),
  )
  writeFileSync(path, [says('the very first words'), ...lines, ...hostile(), says('the very last words')].join(''))

  const { page } = await openConsole(browser, stack)
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  await page.goto(`${stack.url}/sessions/${sessionId}`)
  const transcript = page.getByRole('region', { name: 'Transcript' })
  await expect(transcript.getByText('the very last words')).toBeVisible()
  // What was meant to act is there to be read.
  await expect(transcript.getByText('<img src=x onerror="window.hacked=1">')).toBeVisible()
  await expect(transcript.getByText('<svg onload="window.hacked=1">')).toBeVisible()
  await expect(transcript.getByText('user⟨202e⟩txt.exe red')).toBeVisible()
  await expect(transcript.getByText('It is not JSON.')).toBeVisible()
  await expect(transcript.getByText('It holds NUL bytes')).toBeVisible()
  await expect(transcript.getByRole('link')).toHaveCount(0)
  expect(await transcript.getByRole('article').count()).toBeLessThan(80)

  // From hit to hit, to a part that was not loaded.
  await page.getByLabel('Search this transcript').fill('Question 4')
  await expect(page.getByText(/^\d+ hits$|^\d+\+ hits$/)).toBeVisible()
  await page.getByLabel('Search this transcript').fill('question 42')
  await expect(page.getByText('6 hits', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Next hit' }).click()
  await expect(transcript.locator('[aria-current=true]')).toContainText('question 428')
  await page.getByRole('button', { name: 'Next hit' }).click()
  await expect(transcript.locator('[aria-current=true]')).toContainText('question 42')

  // The address names the entry, for others and for later.
  const link = page.url()
  expect(link).toMatch(/#e\d+$/)
  const { page: other } = await openConsole(browser, stack, { viewport: { width: 390, height: 844 } })
  await other.goto(link)
  await expect(other.locator('[aria-current=true]')).toContainText('question 42')
  expect(await violations(other)).toEqual([])

  // Up to the first words by scrolling alone.
  await page.getByRole('button', { name: 'Clear search' }).click()
  await transcript.hover()
  await waitUntil(
    'the beginning is seen',
    async () => {
      await page.mouse.wheel(0, -20_000)
      return transcript.getByText('the very first words').isVisible()
    },
    60_000,
  )
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(requested.filter((url) => !url.startsWith(stack.url))).toEqual([])

  // Its file moves away: it says so, and is not offered.
  mkdirSync(join(stack.workDir, 'away'))
  copyFileSync(path, join(stack.workDir, 'away', 'session.jsonl'))
  writeFileSync(path, '')
  await page.goto(`${stack.url}/sessions/${sessionId}`)
  await expect(page.getByText('no line of its transcript can be read')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeDisabled()

  // It is led to another file, as a program could: nothing of that is shown, and why.
  rmSync(path)
  symlinkSync(join(stack.workDir, 'away', 'session.jsonl'), path)
  await page.goto(`${stack.url}/sessions/${sessionId}`)
  await expect(
    page.getByText('Its transcript is a symbolic link, which is not followed.', { exact: true }),
  ).toBeVisible()
  await expect(page.getByText('the very last words')).toHaveCount(0)
})
