import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { secretsOfSettings } from '@/config/known-secrets'
import { loadSettings } from '@/config/load-settings'
import { createKnownValues } from '@/contracts/redaction/known-values'
import { type ChildMessage, launcherMessage } from '@/contracts/supervision/messages'
import { armFailpoints, FAILPOINT_VARIABLE } from '../core/failpoint'
import { exitIn, stopOnSignals } from '../core/stop-on-signals'
import { createStopSignal } from '../core/stop-signal'
import { agentEnvironment } from './agent-environment'
import { startDaemon } from './start-daemon'
import { STOP_DEADLINE_MS } from './stop-graces'

/** Exit code of a daemon that must not go on as it is; whoever supervises it starts it again. */
const EXIT_START_ANEW = 3
/** The stop's deadline when runners are to end first, with their grace. */
const STOP_WITH_RUNNERS_DEADLINE_MS = 40_000
/** Asked to stop once more, it gets this much longer. */
const HURRIED_MS = 2_000

async function main(): Promise<void> {
  const tell = (message: ChildMessage) => process.send?.(message)
  const { settings } = loadSettings({ flags: {}, env: process.env })
  const known = createKnownValues(secretsOfSettings(settings, process.env))
  const log = pino({ name: 'daemon', level: settings.logLevel, hooks: { streamWrite: known.redact } })
  if (!settings.databaseUrl) {
    tell({ type: 'fatal', message: 'the daemon needs DATABASE_URL; start everything with `stratavore up`' })
    log.fatal('DATABASE_URL is not set; start everything with `stratavore up`')
    process.exit(2)
  }
  const daemon = await startDaemon({
    settings: { ...settings, databaseUrl: settings.databaseUrl },
    agentScript: join(dirname(fileURLToPath(import.meta.url)), 'agent.mjs'),
    agentEnv: agentEnvironment(process.env),
    log,
    known,
    failpoint: armFailpoints(process.env[FAILPOINT_VARIABLE]),
    notice: (message) => tell({ type: 'notice', message }),
    over: (reason) => {
      log.error({ reason }, 'ends to be started anew')
      process.exit(EXIT_START_ANEW)
    },
  })

  const stopSignal = createStopSignal(() => exitIn(HURRIED_MS, () => log.error('the stop was cut short')))
  stopOnSignals({
    stopSignal,
    stop: (request) => daemon.stop(request),
    deadlineMs: ({ stopRunners }) => (stopRunners ? STOP_WITH_RUNNERS_DEADLINE_MS : STOP_DEADLINE_MS),
    onProblem: (message, error) => log.error({ err: error }, message),
  })
  process.on('message', (message) => {
    const parsed = launcherMessage.safeParse(message)
    if (parsed.success) stopSignal.request({ stopRunners: parsed.data.stopRunners })
  })
  tell({ type: 'ready', detail: daemon.detail })
  log.info({ pid: process.pid }, 'ready')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
