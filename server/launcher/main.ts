import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { SettingsError } from '@/config/settings-error'
import { createStopSignal } from '../core/stop-signal'
import { MigrationError } from '../db/migration-error'
import { parseUpArguments, upHelp } from './arguments'
import { LauncherError, UsageError } from './launcher-error'
import { runLauncher } from './run-launcher'
import type { Console } from './start-line'
import { createTeardown } from './teardown'

// dist/launcher.mjs is where this file ends up.
const checkout = dirname(dirname(fileURLToPath(import.meta.url)))

const terminal: Console = {
  out: (text) => {
    process.stdout.write(text)
  },
  error: (text) => {
    process.stderr.write(text)
  },
}

function versionOf(file: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version
}

async function main(): Promise<number> {
  const args = parseUpArguments(process.argv.slice(2), process.cwd())
  if (args.help) {
    terminal.out(upHelp())
    return 0
  }
  const teardown = createTeardown(terminal)
  const stopSignal = createStopSignal(() => teardown.hurry())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopSignal.request({ stopRunners: args.stopRunners }))
  }
  process.on('SIGUSR2', () => stopSignal.request({ stopRunners: true }))
  return runLauncher({
    args,
    env: process.env,
    checkout,
    version: versionOf(join(checkout, 'package.json')),
    terminal,
    stopSignal,
    teardown,
  })
}

// A terminal that was closed, or `| head`, must not take the system down.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected = error instanceof LauncherError || error instanceof SettingsError || error instanceof MigrationError
    const text = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error)
    terminal.error(`stratavore: ${text}\n`)
    process.exit(error instanceof SettingsError || error instanceof UsageError ? 2 : 1)
  },
)
