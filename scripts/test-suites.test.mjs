import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readCounts, suites } from './test-suites.mjs'

const directory = mkdtempSync(join(tmpdir(), 'suites-'))
afterAll(() => rmSync(directory, { recursive: true }))

const suite = (name) => suites.find((candidate) => candidate.name === name)
const report = (content) => {
  const file = join(directory, `${Math.random()}.json`)
  writeFileSync(file, JSON.stringify(content))
  return file
}
const vitest = (passed, failed) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  numTodoTests: 0,
})

describe('readCounts', () => {
  it('reads both kinds of report', () => {
    expect(readCounts(suite('unit'), report(vitest(5, 2)), 1)).toEqual({ passed: 5, failed: 2, skipped: 0 })
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }
    expect(readCounts(suite('e2e'), report({ stats }), 1)).toEqual({ passed: 4, failed: 1, skipped: 2 })
  })

  it.each([
    ['no report', join(directory, 'none.json'), 1],
    ['no test at all', report(vitest(0, 0)), 0],
    ['a file that does not load', report(vitest(5, 0)), 1],
    ['only skipped tests', report({ ...vitest(0, 0), numPendingTests: 3 }), 0],
  ])('counts %s as a failure', (_what, file, exitCode) => {
    expect(readCounts(suite('unit'), file, exitCode).failed).toBe(1)
  })
})
