import { existsSync, readFileSync } from 'node:fs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ file: string, test: string, message: string }} Failure A test that failed, and its message's first line.
 * @typedef {Counts & { failures: Failure[], broken: boolean }} Outcome `broken`: it failed as a whole, not a test of it.
 * @typedef {{
 *   name: string, script: string, args: (report: string, files?: readonly string[]) => string[],
 *   env: (report: string) => Record<string, string>, count: (report: any) => Counts, failures: (report: any) => Failure[]
 * }} Suite
 */

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const firstLine = (message) => (message ?? '').replace(COLOURS, '').split('\n', 1)[0]

const vitestSuite = (name, project = name) => ({
  name,
  script: 'vitest/vitest.mjs',
  args: (report, files = []) => [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ],
  env: () => ({}),
  count: ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
  }),
  failures: ({ testResults = [] }) =>
    testResults.flatMap(({ name: file, status, message, assertionResults = [] }) => {
      const failed = assertionResults.filter((assertion) => assertion.status === 'failed')
      // A set-up that fails leaves its tests skipped, and says so of the file only.
      if (status === 'failed' && failed.length === 0) return [{ file, test: '(the file)', message: firstLine(message) }]
      return failed.map(({ fullName, failureMessages = [] }) => ({
        file,
        test: fullName,
        message: firstLine(failureMessages[0]),
      }))
    }),
})

/** Specs of a Playwright report, which nests them by file and `describe`. */
const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)]

/** The suites of `npm test`, in the order they run. @type {Suite[]} */
export const suites = [
  vitestSuite('unit', 'unit*'),
  vitestSuite('integration'),
  {
    name: 'e2e',
    script: '@playwright/test/cli.js',
    // A trace costs as much again as the test itself, so only a second try leaves one.
    args: (_report, files = []) => [
      'test',
      '--reporter=list,json',
      ...(files.length === 0 ? [] : ['--trace=retain-on-failure']),
      ...files,
    ],
    env: (report) => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: report }),
    count: ({ stats }) => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }),
    failures: (report) =>
      specsOf(report)
        .filter(({ ok }) => !ok)
        .map(({ file, title, tests = [] }) => ({
          file,
          test: title,
          message: firstLine(tests.flatMap(({ results }) => results).find(({ error }) => error)?.error.message),
        })),
  },
]

/**
 * What a suite's report says. A file whose set-up failed counts as one failure, and so does a suite that failed without
 * saying where, or that ran no test: neither must look like success.
 * @param {Suite} suite @param {string} reportFile @param {number | null} exitCode @returns {Outcome}
 */
export function readOutcome(suite, reportFile, exitCode) {
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : null
  const counts = report ? suite.count(report) : { passed: 0, failed: 0, skipped: 0 }
  const failures = report ? suite.failures(report) : []
  const failed = Math.max(counts.failed, failures.length)
  const broken = failed === 0 && (exitCode !== 0 || counts.passed === 0)
  return { ...counts, failed: broken ? 1 : failed, failures, broken }
}

/** More files than this do not fail by chance. */
export const MAX_FILES_TRIED_AGAIN = 5

/** The files worth a second try: none where much fails, or something else than tests. @param {Outcome} outcome */
export function filesToTryAgain({ failures, broken, failed }) {
  const files = [...new Set(failures.map(({ file }) => file))]
  return broken || failures.length !== failed || files.length > MAX_FILES_TRIED_AGAIN ? [] : files
}

/**
 * The outcome with what a second try of its failed files showed. A failure counts as passed only if everything in its
 * file passed then; it is told as unstable. @param {Outcome} first @param {Outcome} second
 * @returns {Outcome & { unstable: Failure[] }}
 */
export function withSecondTry(first, second) {
  const stillFailing = new Set(second.failures.map(({ file }) => file))
  const passedNow = ({ file }) => !second.broken && second.failures.length === second.failed && !stillFailing.has(file)
  const unstable = first.failures.filter(passedNow)
  return {
    ...first,
    passed: first.passed + unstable.length,
    failed: first.failed - unstable.length,
    failures: first.failures.filter((failure) => !passedNow(failure)),
    unstable,
  }
}
