import { defineConfig, devices } from '@playwright/test'
import { findChromium } from './scripts/chromium.mjs'

const chromium = findChromium()

// Every test starts the stack it needs (tests/support/stack), so there is no server here, and one test at a time: a
// stack and a browser are what two cores can carry.
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 240_000,
  // Far more than anything takes on a quiet machine: how fast it is, is no test.
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    // By hand: `--trace on`. Recording what xterm.js draws made two files take 221 s instead of 124.
    trace: 'off',
    screenshot: 'only-on-failure',
    // What never comes is told by name, and not by the test's own end.
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Chromium's sandbox refuses to run as root.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    },
  },
  projects: [{ name: 'chromium', use: { ...devices['Desktop Chrome'] } }],
})
