// `npm run bench`: measurements of a real stack on this machine. `-- --json` for programs, `-- --only keystroke,launch`;
// `-- --wetty 'COMMAND {port}'` and `--ttyd` measure those beside it.
import { spawnSync } from 'node:child_process'
import { checkout } from './bootstrap/checkout.mjs'
import { makeReady } from './bootstrap/make-ready.mjs'
import { runMain } from './bootstrap/run-bundle.mjs'

await runMain(async () => {
  await makeReady()
  const args = ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: checkout, stdio: 'inherit' })
  process.exitCode = status ?? 1
})
