// `npm test`: makes a fresh clone ready, then runs all suites. The very last line is "N passed, N failed".
// `npm test -- unit e2e` runs only the suites named. With CI set, files in which something failed are run once more when
// everything else is over; what passes only then is told by name (docs/adr/0020-second-try.md).
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BootstrapError } from './bootstrap/bootstrap-error.mjs'
import { checkout, inCheckout } from './bootstrap/checkout.mjs'
import { makeReady } from './bootstrap/make-ready.mjs'
import { runMain } from './bootstrap/run-bundle.mjs'
import { createStepPrinter } from './bootstrap/step-printer.mjs'
import { ensureChromium } from './chromium.mjs'
import { filesToTryAgain, readOutcome, suites, withSecondTry } from './test-suites.mjs'

const chosen = process.argv.slice(2)

function selectSuites() {
  const unknown = chosen.find((name) => !suites.some((suite) => suite.name === name))
  if (unknown !== undefined) {
    throw new BootstrapError(`there is no suite "${unknown}"; there are ${suites.map(({ name }) => name).join(', ')}`)
  }
  return suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
}

function runSuite(suite, report, files) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inCheckout('node_modules', suite.script), ...suite.args(report, files)], {
      cwd: checkout,
      env: { ...process.env, ...suite.env(report) },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('close', resolve)
  })
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

function tell({ suite, outcome, unstable, ms }) {
  const { passed, failed, skipped } = outcome
  const note = skipped > 0 ? `, ${skipped} skipped` : ''
  process.stdout.write(`${suite.name.padEnd(12)} ${passed} passed, ${failed} failed${note} (${seconds(ms)})\n`)
  for (const { file, test, message } of outcome.failures) process.stdout.write(`  ✗ ${file}: ${test}\n    ${message}\n`)
  for (const { file, test, message } of unstable)
    process.stdout.write(`  ! passed only at the second try: ${file}: ${test}\n    ${message}\n`)
}

await runMain(async () => {
  const selected = selectSuites()
  await makeReady()
  if (selected.some(({ name }) => name === 'e2e')) await createStepPrinter().run('Find Chromium', ensureChromium)

  const reports = mkdtempSync(join(tmpdir(), 'stratavore-test-'))
  async function run(suite, files = []) {
    process.stdout.write(`\n── ${suite.name}${files.length > 0 ? ', once more' : ''} ──\n`)
    const startedAt = performance.now()
    const report = join(reports, `${suite.name}${files.length > 0 ? '-again' : ''}.json`)
    const exitCode = await runSuite(suite, report, files)
    return { outcome: readOutcome(suite, report, exitCode), ms: performance.now() - startedAt }
  }

  const summary = []
  try {
    for (const suite of selected) summary.push({ suite, unstable: [], ...(await run(suite)) })
    for (const line of process.env.CI === undefined ? [] : summary) {
      const files = filesToTryAgain(line.outcome)
      if (files.length === 0) continue
      const { outcome, ms } = await run(line.suite, files)
      const { unstable, ...merged } = withSecondTry(line.outcome, outcome)
      Object.assign(line, { outcome: merged, unstable, ms: line.ms + ms })
    }
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }

  const total = (key) => summary.reduce((sum, { outcome }) => sum + outcome[key], 0)
  process.stdout.write('\n')
  for (const line of summary) tell(line)
  process.stdout.write(`${total('passed')} passed, ${total('failed')} failed\n`)
  process.exitCode = total('failed') === 0 ? 0 : 1
})
