import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { filesToTryAgain, MAX_FILES_TRIED_AGAIN, readOutcome, suites, withSecondTry } from './test-suites.mjs'

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

const failing = (file, ...names) => ({
  name: file,
  assertionResults: [
    { status: 'passed', fullName: 'fine' },
    ...names.map((fullName) => ({ status: 'failed', fullName, failureMessages: [`${fullName} broke\n    at x`] })),
  ],
})

describe('readOutcome', () => {
  it('reads both kinds of report', () => {
    const unit = { ...vitest(5, 2), testResults: [failing('/a.test.ts', 'one', 'two')] }
    expect(readOutcome(suite('unit'), report(unit), 1)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 0,
      broken: false,
      failures: [
        { file: '/a.test.ts', test: 'one', message: 'one broke' },
        { file: '/a.test.ts', test: 'two', message: 'two broke' },
      ],
    })
    const stats = { expected: 3, unexpected: 1, flaky: 1, skipped: 2 }
    const bad = {
      file: 'a.spec.ts',
      title: 'it',
      ok: false,
      tests: [{ results: [{ error: { message: '\u001b[31mno\n' } }] }],
    }
    const e2e = { stats, suites: [{ specs: [{ ok: true }], suites: [{ specs: [bad] }] }] }
    expect(readOutcome(suite('e2e'), report(e2e), 1)).toEqual({
      passed: 4,
      failed: 1,
      skipped: 2,
      broken: false,
      failures: [{ file: 'a.spec.ts', test: 'it', message: 'no' }],
    })
  })

  it('counts a file whose set-up failed, beside failed tests elsewhere', () => {
    const setUp = {
      name: '/b.test.ts',
      status: 'failed',
      message: 'no port\n',
      assertionResults: [{ status: 'skipped' }],
    }
    const outcome = readOutcome(
      suite('unit'),
      report({ ...vitest(5, 1), testResults: [failing('/a.test.ts', 'one'), setUp] }),
      1,
    )
    expect(outcome).toMatchObject({ failed: 2, broken: false })
    expect(outcome.failures[1]).toEqual({ file: '/b.test.ts', test: '(the file)', message: 'no port' })
  })

  it.each([
    ['no report', join(directory, 'none.json'), 1],
    ['no test at all', report(vitest(0, 0)), 0],
    ['a file that does not load', report(vitest(5, 0)), 1],
    ['only skipped tests', report({ ...vitest(0, 0), numPendingTests: 3 }), 0],
  ])('counts %s as a failure', (_what, file, exitCode) => {
    expect(readOutcome(suite('unit'), file, exitCode)).toMatchObject({ failed: 1, broken: true })
  })
})

describe('a second try', () => {
  const failure = (file) => ({ file, test: 'it', message: 'no' })
  const outcome = (...files) => ({
    passed: 10,
    failed: files.length,
    skipped: 0,
    broken: false,
    failures: files.map(failure),
  })

  it('is for few files, and for failed tests only', () => {
    expect(filesToTryAgain(outcome('a', 'a', 'b'))).toEqual(['a', 'b'])
    const many = Array.from({ length: MAX_FILES_TRIED_AGAIN + 1 }, (_, number) => `${number}`)
    expect(filesToTryAgain(outcome(...many))).toEqual([])
    expect(filesToTryAgain({ ...outcome(), failed: 1, broken: true })).toEqual([])
    expect(filesToTryAgain({ ...outcome('a'), failed: 2 })).toEqual([])
  })

  it('counts what passes then, by name; what shares a file with a failure stays failed', () => {
    const after = withSecondTry(outcome('a', 'b'), outcome('b'))
    expect(after).toMatchObject({ passed: 11, failed: 1, failures: [failure('b')], unstable: [failure('a')] })
  })

  it('saves nothing when it broke as a whole', () => {
    const after = withSecondTry(outcome('a'), { ...outcome(), failed: 1, broken: true })
    expect(after).toMatchObject({ passed: 10, failed: 1, unstable: [] })
  })
})
