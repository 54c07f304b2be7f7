import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { secretsOfSettings } from '@/config/known-secrets'
import { loadSettings } from '@/config/load-settings'
import { SettingsError } from '@/config/settings-error'
import { createKnownValues } from '@/contracts/redaction/known-values'
import type { ChildMessage } from '@/contracts/supervision/messages'
import { armFailpoints, FAILPOINT_VARIABLE } from '../core/failpoint'
import { exitIn, stopOnSignals } from '../core/stop-on-signals'
import { createStopSignal } from '../core/stop-signal'
import { startWeb } from './start-web'

/** A stop that takes longer than this is cut short. Less than the launcher's own patience. */
const STOP_DEADLINE_MS = 8_000
/** Asked to stop once more, it gets this much longer. */
const HURRIED_MS = 1_000

async function main(): Promise<void> {
  const tell = (message: ChildMessage) => process.send?.(message)
  const { settings } = loadSettings({ flags: {}, env: process.env })
  const known = createKnownValues(secretsOfSettings(settings, process.env))
  const log = pino({ name: 'web', level: settings.logLevel, hooks: { streamWrite: known.redact } })
  if (!settings.databaseUrl) {
    tell({ type: 'fatal', message: 'web needs DATABASE_URL; start everything with `stratavore up`' })
    log.fatal('DATABASE_URL is not set; start everything with `stratavore up`')
    process.exit(2)
  }
  const web = await startWeb({
    settings: { ...settings, databaseUrl: settings.databaseUrl },
    rootDir: dirname(dirname(fileURLToPath(import.meta.url))),
    dev: process.env.STRATAVORE_DEV === '1',
    log,
    known,
    failpoint: armFailpoints(process.env[FAILPOINT_VARIABLE]),
  })
  const stopSignal = createStopSignal(() => exitIn(HURRIED_MS, () => log.error('the stop was cut short')))
  stopOnSignals({
    stopSignal,
    stop: () => web.stop(),
    deadlineMs: () => STOP_DEADLINE_MS,
    onProblem: (message, error) => log.error({ err: error }, message),
  })
  process.on('message', () => stopSignal.request({ stopRunners: false }))
  tell({ type: 'ready', detail: `pid ${process.pid}, port ${settings.port}` })
  log.info({ pid: process.pid }, 'ready')
}

main().catch((error: unknown) => {
  // A certificate that cannot be used: starting again would not help.
  if (error instanceof SettingsError) process.send?.({ type: 'fatal', message: error.message } satisfies ChildMessage)
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
