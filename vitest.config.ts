import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Two stacks (Postgres, web, daemon, agent each) are what a small machine runs at once without timing out. */
const INTEGRATION_WORKERS = 2

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = { '@': root.replace(/\/$/, '') }
const never = ['**/node_modules/**', '**/dist/**', '**/.next/**']

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx,mjs}'],
          exclude: [...never, 'tests/**', 'bench/**'],
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
