import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect } from '@playwright/test'
import { checkout } from '../support/checkout'
import { createProject, launchRunning, typeLine } from '../support/launch'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { terminalOf } from './support/terminal'
import { test } from './support/test'

/** What a page's script collects; see `watchViolations`. */
interface Watched {
  violations?: string[]
  injected?: boolean
}

let stack: Stack
let ids: { project: string; runner: string }
test.beforeAll(async () => {
  stack = await startStack()
  const { name } = await createProject(stack)
  const runner = await launchRunning(stack, { project: name, provider: 'shell' })
  await typeLine(stack, runner.id, 'echo "pol""icy"')
  ids = { project: name, runner: runner.id }
})
test.afterAll(() => stack.stop())

/** Every page there is, with something in it where it needs an id. */
function pages(): string[] {
  const root = join(checkout, 'app')
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)page\.tsx$/.test(file))
    .map((file) => `/${relative(root, join(root, file)).replace(/\/?page\.tsx$/, '')}`)
    .map(
      (path) =>
        path
          .replace(/\/\(\w+\)/g, '')
          .replace('[name]', ids.project)
          .replace('[id]', ids.runner) || '/',
    )
}

function watchViolations(): void {
  const watched = window as unknown as Watched
  watched.violations = []
  document.addEventListener('securitypolicyviolation', (event) => {
    watched.violations?.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)
  })
}

test('every page works without one violation of its policy, and none runs an inline script', async ({ browser }) => {
  const user = await openConsole(browser, stack)
  const { page } = user
  await page.addInitScript(watchViolations)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  expect(pages().length).toBeGreaterThan(10)
  for (const path of [...pages(), '/no/such/page']) {
    await test.step(path, async () => {
      await page.goto(stack.url + path)
      // React has taken the page over: its scripts ran.
      await expect(page.locator('main, h1').first()).toBeVisible()
      await page.waitForFunction(
        () =>
          Object.keys(document.body).some((key) => key.startsWith('__react')) ||
          Object.keys(document).some((key) => key.startsWith('__react')),
      )
      if (path === `/runners/${ids.runner}`) await terminalOf(page).sees('policy')
      expect(await page.evaluate(() => (window as unknown as Watched).violations)).toEqual([])

      await page.evaluate(() => {
        const script = document.createElement('script')
        script.textContent = 'window.injected = true'
        document.body.append(script)
        const image = document.createElement('div')
        image.innerHTML = '<img src="data:," onerror="window.injected = true"><svg onload="window.injected = true">'
        document.body.append(image)
      })
      await page.waitForFunction(() => ((window as unknown as Watched).violations ?? []).length >= 2)
      expect(await page.evaluate(() => (window as unknown as Watched).injected)).toBeUndefined()
    })
  }
  expect(errors).toEqual([])
  await user.close()
})

test('a page has a policy without inline scripts, and another nonce every time, which a client cannot choose', async ({
  request,
}) => {
  const nonces = new Set<string>()
  const chosen: Record<string, string>[] = [
    {},
    {},
    { 'content-security-policy': "script-src 'nonce-evil'", 'x-nonce': 'evil' },
  ]
  for (const headers of chosen) {
    const answer = await request.get(`${stack.url}/login`, { headers })
    const policy = answer.headers()['content-security-policy'] ?? ''
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? ''
    expect(scripts).toMatch(/^'self' 'nonce-[A-Za-z0-9+/]{22}=='$/)
    const nonce = /nonce-([^']+)/.exec(scripts)?.[1] ?? ''
    nonces.add(nonce)
    const html = await answer.text()
    const tags = html.match(/<script\b[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(3)
    for (const tag of tags) expect(tag).toContain(`nonce="${nonce}"`)
    expect(html).not.toContain('evil')
  }
  expect(nonces.size).toBe(3)
})
