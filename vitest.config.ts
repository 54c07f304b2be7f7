import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Imports of a file are most of what a small test costs; there are two cores. */
const UNIT_WORKERS = 2
/** Two stacks (Postgres, web, daemon, agent each) are what a small machine runs at once without timing out. */
const INTEGRATION_WORKERS = 2

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = { '@': root.replace(/\/$/, '') }
const never = ['**/node_modules/**', '**/dist/**', '**/.next/**']
const notUnit = [...never, 'tests/**', 'bench/**']
/** They replace modules, which others must not get. */
const mocking = '**/*.mocks.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx,mjs}'],
          exclude: [...notUnit, mocking],
          // Importing a module does nothing here, so files may share what they import: four times as fast.
          isolate: false,
          maxWorkers: UNIT_WORKERS,
          testTimeout: 10_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'unit-mocks',
          include: [mocking],
          exclude: notUnit,
          maxWorkers: UNIT_WORKERS,
          testTimeout: 10_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          exclude: never,
          globalSetup: ['tests/support/global-setup.ts'],
          pool: 'forks',
          maxWorkers: INTEGRATION_WORKERS,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
