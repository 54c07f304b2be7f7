// `npm test`: makes a fresh clone ready, then runs all suites. The very last line is "N passed, N failed".
// `npm test -- unit e2e` runs only the suites named.
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
import { readCounts, suites } from './test-suites.mjs'

const chosen = process.argv.slice(2)

function selectSuites() {
  const unknown = chosen.find((name) => !suites.some((suite) => suite.name === name))
  if (unknown !== undefined) {
    throw new BootstrapError(`there is no suite "${unknown}"; there are ${suites.map(({ name }) => name).join(', ')}`)
  }
  return suites.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
}

function runSuite(suite, report) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inCheckout('node_modules', suite.script), ...suite.args(report)], {
      cwd: checkout,
      env: { ...process.env, ...suite.env(report) },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('close', resolve)
  })
}

await runMain(async () => {
  const selected = selectSuites()
  await makeReady()
  if (selected.some(({ name }) => name === 'e2e')) await createStepPrinter().run('Find Chromium', ensureChromium)

  const reports = mkdtempSync(join(tmpdir(), 'stratavore-test-'))
  const summary = []
  try {
    for (const suite of selected) {
      process.stdout.write(`\n── ${suite.name} ──\n`)
      const startedAt = performance.now()
      const report = join(reports, `${suite.name}.json`)
      const exitCode = await runSuite(suite, report)
      summary.push({ name: suite.name, ms: performance.now() - startedAt, ...readCounts(suite, report, exitCode) })
    }
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }

  const total = (key) => summary.reduce((sum, counts) => sum + counts[key], 0)
  process.stdout.write('\n')
  for (const { name, passed, failed, skipped, ms } of summary) {
    const note = skipped > 0 ? `, ${skipped} skipped` : ''
    process.stdout.write(`${name.padEnd(12)} ${passed} passed, ${failed} failed${note} (${(ms / 1000).toFixed(1)} s)\n`)
  }
  process.stdout.write(`${total('passed')} passed, ${total('failed')} failed\n`)
  process.exitCode = total('failed') === 0 ? 0 : 1
})
