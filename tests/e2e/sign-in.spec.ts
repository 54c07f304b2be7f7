import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page } from '@playwright/test'
import { createApi } from '@/cli/api-client'
import { checkout } from '../support/checkout'
import { cleanEnvironment } from '../support/child-environment'
import { freePorts } from '../support/free-port'
import { type RealOidcProvider, startOidcProvider } from '../support/real-oidc-provider'
import { type Stack, startStack } from '../support/stack'
import { openConsole } from './support/console'
import { test } from './support/test'

const PASSWORD = 'seven grey herons wade'

let stack: Stack
let provider: RealOidcProvider
/** The same server under a name, which passkeys need. */
let named: string
test.beforeAll(async () => {
  const [port = 0, metricsPort = 0, providerPort = 0] = await freePorts(3)
  provider = await startOidcProvider(providerPort, `http://127.0.0.1:${port}`)
  stack = await startStack({
    ports: { port, metricsPort },
    env: {
      STRATAVORE_OIDC_ISSUER: provider.issuer,
      STRATAVORE_OIDC_CLIENT_ID: provider.clientId,
      STRATAVORE_OIDC_CLIENT_SECRET: provider.clientSecret,
      STRATAVORE_OIDC_NAME: 'Example ID',
      STRATAVORE_OIDC_ALLOWED: 'ada@example.com',
    },
  })
  named = `http://localhost:${port}`
})
test.afterAll(async () => {
  await stack.stop()
  await provider.stop()
})

const fleet = (page: Page) => page.getByRole('heading', { name: 'Fleet', level: 1 })
const stranger = async (browser: Browser) => (await browser.newContext()).newPage()
const meOf = async (page: Page) =>
  (await (await page.request.get(`${new URL(page.url()).origin}/api/trpc/auth.me`)).json()).result.data

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('.xterm').analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}

/** Pictures of a page, dark and light, wide and as on a phone, each without grave faults. */
async function look(page: Page, name: string): Promise<void> {
  const info = test.info()
  for (const [size, viewport] of Object.entries({
    wide: { width: 1440, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect(page.locator('html')).toHaveClass(colorScheme)
      await page.screenshot({ path: info.outputPath(`${name}-${size}-${colorScheme}.png`), fullPage: true })
      await expectAccessible(page)
    }
    const sideways = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await sideways()).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}

test('a password is set in Account, signs in, and the browser it signed in is signed out from the other', async ({
  browser,
}) => {
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/settings`)
  await page.getByRole('button', { name: 'Set a password' }).click()
  await page.getByLabel('New password', { exact: true }).fill('owner owner owner')
  await page.getByLabel('New password again').fill('owner owner owner')
  await page.getByRole('button', { name: 'Save password' }).click()
  await expect(page.getByText('must not contain your name')).toBeVisible()
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('New password again').fill(PASSWORD)
  await page.getByRole('button', { name: 'Save password' }).click()
  await expect(page.getByRole('button', { name: 'Change password' })).toBeVisible()

  const other = await stranger(browser)
  await other.goto(`${stack.url}/login`)
  await expect(other.getByLabel('Password')).toBeVisible()
  await look(other, 'login')
  await other.getByLabel('Name').fill('owner')
  await other.getByLabel('Password').fill('seven grey herons fly')
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(other.getByText('Name or password is wrong.')).toBeVisible()
  await other.getByLabel('Password').fill(PASSWORD)
  await other.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(fleet(other)).toBeVisible()
  expect((await meOf(other)).credential).toMatchObject({ kind: 'session', method: 'password' })
  expect(await other.context().cookies()).toEqual([
    expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/' }),
  ])

  await page.reload()
  const sessions = page.getByRole('list', { name: 'Signed-in browsers' })
  await expect(sessions.getByRole('listitem')).toHaveCount(2)
  await expect(sessions).toContainText('this browser')
  await look(page, 'account')
  await sessions.getByRole('button', { name: /^Sign out Chrome/ }).click()
  await expect(sessions.getByRole('listitem')).toHaveCount(1)
  // Its event stream is cut, and with it the page learns that it is signed out.
  await expect(other).toHaveURL(`${stack.url}/login`)
})

test('a token is made, shown once and revoked in Settings', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/settings`)
  await page.getByRole('button', { name: 'New token' }).click()
  const dialog = page.getByRole('dialog', { name: 'New API token' })
  await dialog.getByLabel('Name').fill('from the page')
  await look(page, 'new-token')
  await dialog.getByRole('button', { name: 'Make token' }).click()
  const token = (await dialog.getByTestId('new-token').textContent()) ?? ''
  expect(token).toMatch(/^svt_[\w-]{43}$/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  const api = createApi(stack.url, token)
  expect((await api.auth.me.query()).user.name).toBe('owner (from the page)')
  await expect(page.getByRole('list', { name: 'API tokens' })).toContainText('from the page')
  await page.getByRole('button', { name: 'Revoke from the page' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByRole('button', { name: 'Revoke from the page' })).toHaveCount(0)
  await expect(api.auth.me.query()).rejects.toThrow()
})

test('a passkey is made in Account and signs in; its answer works once', async ({ browser }) => {
  const { page } = await openConsole(browser, stack)
  const { url } = await stack.api.auth.createLoginLink.mutate()
  await page.goto(url.replace(stack.url, named))
  await page.goto(`${named}/settings`)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Name', { exact: true }).fill('this laptop')
  await page.getByRole('button', { name: 'Make it' }).click()
  const passkeys = page.getByRole('list', { name: 'Passkeys' })
  await expect(passkeys).toContainText('this laptop')
  await expect(passkeys).toContainText('for localhost')
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect(page).toHaveURL(`${named}/login`)

  const asked = page.waitForRequest((request) => request.url().endsWith('/api/auth/passkey'))
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await expect(fleet(page)).toBeVisible()
  expect((await meOf(page)).credential.method).toBe('passkey')
  const assertion = (await asked).postDataJSON()
  const again = async (body: unknown, origin: string) =>
    (
      await page.request.post(`${origin}/api/auth/passkey`, {
        headers: { 'x-stratavore': '1' },
        data: body as Record<string, unknown>,
      })
    ).status()
  expect(await again(assertion, named)).toBe(401)
  expect(await again({ ...assertion, id: `A${assertion.id}`, rawId: `A${assertion.id}` }, named)).toBe(401)
  // An address is no name that a passkey could be for.
  expect(await again(assertion, stack.url)).toBe(409)

  await page.goto(`${named}/settings`)
  await page.getByRole('button', { name: 'Remove this laptop' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('button', { name: 'Remove this laptop' })).toHaveCount(0)
})

/** Goes through the provider's own pages as `name`. */
async function throughProvider(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  // What the client may know of them.
  await page.locator('form[action*="interaction"] button[type=submit]').click()
}

test('an identity provider signs in whom the settings allow, whom an owner has connected, and nobody else', async ({
  browser,
}) => {
  const ada = await stranger(browser)
  await ada.goto(`${stack.url}/login`)
  await ada.getByRole('link', { name: 'Continue with Example ID' }).click()
  await throughProvider(ada, 'ada')
  await expect(fleet(ada)).toBeVisible()
  expect(await meOf(ada)).toMatchObject({
    user: { name: 'ada', role: 'viewer' },
    credential: { method: 'oidc' },
  })
  const cookies = await ada.context().cookies(stack.url)
  expect(cookies.filter(({ name }) => name.startsWith('stratavore'))).toEqual([
    expect.objectContaining({ httpOnly: true, sameSite: 'Strict' }),
  ])
  const { id } = (await meOf(ada)).user

  for (const name of ['eve', 'unverified-ada']) {
    const other = await stranger(browser)
    await other.goto(`${stack.url}/api/auth/oidc`)
    await throughProvider(other, name)
    await expect(other.getByRole('alert').filter({ hasText: 'nobody here is known' })).toBeVisible()
    expect(other.url()).toBe(`${stack.url}/login?error=oidc`)
    expect((await other.context().cookies(stack.url)).filter(({ name }) => name.startsWith('stratavore'))).toEqual([])
  }

  // The owner connects an identity of their own, and is the owner when they come by it.
  const { page } = await openConsole(browser, stack)
  await page.goto(`${stack.url}/settings`)
  await page.getByRole('link', { name: 'Connect Example ID' }).click()
  await throughProvider(page, 'boss')
  await expect(page.getByRole('list', { name: 'Connected identities' })).toContainText('boss@example.com')
  const boss = await stranger(browser)
  await boss.goto(`${stack.url}/api/auth/oidc`)
  await throughProvider(boss, 'boss')
  await expect(fleet(boss)).toBeVisible()
  expect((await meOf(boss)).user).toMatchObject({ name: 'owner', role: 'owner' })

  // Ada comes again: by who she is, she is the same user.
  const again = await stranger(browser)
  await again.goto(`${stack.url}/api/auth/oidc`)
  await throughProvider(again, 'ada')
  await expect(fleet(again)).toBeVisible()
  expect((await meOf(again)).user.id).toBe(id)

  // An answer that this browser has not asked for is none.
  const forged = await stranger(browser)
  await forged.goto(`${stack.url}/api/auth/oidc/callback?code=x&state=y&iss=${encodeURIComponent(provider.issuer)}`)
  expect(forged.url()).toBe(`${stack.url}/login?error=oidc`)
})

/** The real CLI, whose output can be read while it waits. */
function startCli(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(checkout, 'dist/cli.mjs'), ...args], {
    env: cleanEnvironment({ HOME: stack.userHome, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { output: () => output, exited }
}

test('stratavore login gets a token that a browser allows, once, and nothing when it is denied', async ({
  browser,
}) => {
  const { page } = await openConsole(browser, stack)
  const env = { XDG_CONFIG_HOME: join(stack.workDir, 'config'), STRATAVORE_HOME: join(stack.workDir, 'elsewhere') }
  const file = join(env.XDG_CONFIG_HOME, 'stratavore', 'logins.json')
  const codeOf = async (cli: ReturnType<typeof startCli>): Promise<string> => {
    const found = () => /Code: ([A-Z]{4}-[A-Z]{4})$/m.exec(cli.output())?.[1]
    await expect.poll(found).toBeDefined()
    expect(cli.output()).toContain(`Open ${stack.url}/device\n`)
    return found() ?? ''
  }
  const enter = async (code: string) => {
    // Nobody but the person fills it in.
    await page.goto(`${stack.url}/device#${code}`)
    await expect(page.getByLabel('Code')).toHaveValue('')
    await page.getByLabel('Code').fill(code)
    await page.getByRole('button', { name: 'Continue' }).click()
  }
  const login = () => startCli(['login', stack.url, '--scope', 'read', '--days', '7'], env)

  const denied = login()
  await enter(await codeOf(denied))
  await expect(page.getByText(/\w+ on \S+ \(the name it gives itself\)/)).toBeVisible()
  await expect(page.getByText('from another address')).toHaveCount(0)
  await expect(page.getByText('127.0.0.1')).toBeVisible()
  await look(page, 'device')
  await page.getByRole('button', { name: 'Deny' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Denied' })).toBeVisible()
  expect(await denied.exited).toBe(1)
  expect(denied.output()).toContain('the login was denied')
  expect(existsSync(file)).toBe(false)

  const allowed = login()
  const code = await codeOf(allowed)
  // Whoever is not signed in comes to the login page first, and then back.
  const visitor = await stranger(browser)
  await visitor.goto(`${stack.url}/device`)
  await expect(visitor).toHaveURL(`${stack.url}/login#device`)
  await page.goto('about:blank')
  await enter(code)
  await page.getByRole('button', { name: 'Allow' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Allowed' })).toBeVisible()
  expect(await allowed.exited).toBe(0)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { token } = JSON.parse(readFileSync(file, 'utf8')).servers[stack.url]
  expect(allowed.output()).not.toContain(token)

  // A code that was answered is none any more.
  await page.goto('about:blank')
  await enter(code)
  await expect(page.getByText('No CLI waits with this code.')).toBeVisible()

  const used = startCli(['--url', stack.url, 'projects'], env)
  expect([await used.exited, used.output()]).toEqual([0, expect.not.stringContaining('stratavore:')])
  const tooMuch = startCli(['--url', stack.url, 'token', 'create', 'more'], env)
  expect(await tooMuch.exited).toBe(1)
  const out = startCli(['logout', stack.url], env)
  expect(await out.exited).toBe(0)
  expect(existsSync(file)).toBe(false)
  await expect(createApi(stack.url, token).auth.me.query()).rejects.toThrow()
})
