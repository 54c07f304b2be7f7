import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { BootstrapError } from './bootstrap/bootstrap-error.mjs'
import { inCheckout } from './bootstrap/checkout.mjs'
import { runCommand } from './bootstrap/run-command.mjs'

// First the one without windows, as Playwright itself takes it: the same engine, and a seventh of the time less.
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Debian has both, others only the second. */
const DEBIAN_PACKAGES = ['chromium-headless-shell', 'chromium']

/**
 * The Chromium the e2e tests drive: the one PLAYWRIGHT_CHROMIUM names, Playwright's own, or the system's.
 * @returns {string | undefined}
 */
export function findChromium() {
  const { chromium } = createRequire(import.meta.url)('@playwright/test')
  return [process.env.PLAYWRIGHT_CHROMIUM, chromium.executablePath(), ...SYSTEM_BROWSERS].find(
    (path) => path !== undefined && path !== '' && existsSync(path),
  )
}

const hasApt = () => spawnSync('apt-get', ['--version']).status === 0

async function installDebianPackage(name) {
  await runCommand('apt-get', ['update'])
  await runCommand('apt-get', ['install', '-y', '--no-install-recommends', name], { DEBIAN_FRONTEND: 'noninteractive' })
}

/** Makes sure that there is a Chromium. Throws BootstrapError with what to install when it cannot get one. */
export async function ensureChromium() {
  if (findChromium() !== undefined) return
  const attempts = [
    ...(process.getuid?.() === 0 && hasApt() ? DEBIAN_PACKAGES.map((name) => () => installDebianPackage(name)) : []),
    () => runCommand(process.execPath, [inCheckout('node_modules/@playwright/test/cli.js'), 'install', 'chromium']),
  ]
  const problems = []
  for (const attempt of attempts) {
    try {
      await attempt()
      if (findChromium() !== undefined) return
    } catch (error) {
      if (!(error instanceof BootstrapError)) throw error
      problems.push(error.message)
    }
  }
  throw new BootstrapError(
    [
      'the end-to-end tests need Chromium, and it could not be installed. Do one of:',
      '  sudo apt-get install chromium-headless-shell   (Debian; chromium elsewhere)',
      '  npx playwright install chromium                (downloads the one Playwright is made for)',
      '  export PLAYWRIGHT_CHROMIUM=/path/to/chromium',
      ...problems,
    ].join('\n'),
  )
}
