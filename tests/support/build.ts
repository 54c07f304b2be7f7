import { join } from 'node:path'
import { checkout } from './checkout'
import { runCommand } from './run-command'

let built: Promise<void> | undefined

async function build(): Promise<void> {
  const { code, stdout, stderr } = await runCommand(process.execPath, [
    join(checkout, 'scripts/bootstrap/build-all.mjs'),
  ])
  if (code !== 0) throw new Error(`the checkout does not build:\n${stdout}${stderr}`)
}

/** Builds what is stale, once per test process; other processes wait for each other. */
export function ensureBuilt(): Promise<void> {
  built ??= build()
  return built
}
