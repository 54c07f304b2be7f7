import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, script: string, args: (report: string) => string[], env: (report: string) => Record<string, string>, count: (report: any) => Counts }} Suite
 */

const vitestSuite = (project) => ({
  name: project,
  script: 'vitest/vitest.mjs',
  args: (report) => [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
  env: () => ({}),
  count: ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
  }),
})

/** The suites of `npm test`, in the order they run. @type {Suite[]} */
export const suites = [
  vitestSuite('unit'),
  vitestSuite('integration'),
  {
    name: 'e2e',
    script: '@playwright/test/cli.js',
    args: () => ['test', '--reporter=list,json'],
    env: (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
    // A flaky test passed in the end; retries are off unless asked for.
    count: ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }),
  },
]

/**
 * What a suite's report says. A suite that failed without a failed test (a file that cannot be loaded, a set-up that
 * broke, no test at all) counts as one failure: it must not look like success.
 * @param {Suite} suite @param {string} reportFile @param {number | null} exitCode @returns {Counts}
 */
export function readCounts(suite, reportFile, exitCode) {
  const none = { passed: 0, failed: 0, skipped: 0 }
  const counts = existsSync(reportFile) ? suite.count(JSON.parse(readFileSync(reportFile, 'utf8'))) : none
  const brokenWithoutTest = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0)
  return brokenWithoutTest ? { ...counts, failed: 1 } : counts
}
