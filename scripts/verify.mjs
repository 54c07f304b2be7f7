// `npm run verify`: everything that can be judged without a running system, in under a minute. `-- --no-unit` leaves out the
// unit tests, for whoever runs `npm test` next.
import { makeReady, verifySteps } from './bootstrap/make-ready.mjs'
import { runMain } from './bootstrap/run-bundle.mjs'
import { runCheck } from './run-check.mjs'

const layers = ['contracts', 'platform', 'config', 'client', 'server', 'agent', 'cli', 'app', 'components']

const checksUnits = !process.argv.includes('--no-unit')

/** Two lanes for two cores, the long ones first. */
const lanes = [
  [
    ['types', 'typescript/bin/tsc', ['--noEmit']],
    ['lint', '@biomejs/biome/bin/biome', ['check', '.']],
    ['unused code', 'knip/bin/knip.js', []],
  ],
  [
    ...(checksUnits ? [['unit tests', 'vitest/vitest.mjs', ['run', '--project', 'unit*']]] : []),
    ['layers', 'dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.cjs', ...layers]],
  ],
]

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

async function runLane(checks) {
  let failed = 0
  for (const [label, script, args] of checks) {
    const { ok, output, ms } = await runCheck(script, args)
    process.stdout.write(`  ${ok ? '✓' : '✗'} ${label.padEnd(14)} ${seconds(ms).padStart(8)}\n`)
    if (!ok) {
      failed++
      process.stdout.write(`${output.trimEnd()}\n\n`)
    }
  }
  return failed
}

await runMain(async () => {
  await makeReady({ steps: verifySteps })
  const startedAt = performance.now()
  const failed = (await Promise.all(lanes.map(runLane))).reduce((sum, lane) => sum + lane, 0)
  const verdict = failed === 0 ? 'verified' : `${failed} check${failed === 1 ? '' : 's'} failed`
  process.stdout.write(`\n${verdict} in ${seconds(performance.now() - startedAt)}\n`)
  if (failed > 0) process.exitCode = 1
})
