import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { loadSettings } from '@/config/load-settings'
import { type ChildMessage, launcherMessage } from '@/contracts/supervision/messages'
import { agentEnvironment } from './agent-environment'
import { startDaemon } from './start-daemon'

/** Exit code of a daemon that must not go on as it is; whoever supervises it starts it again. */
const EXIT_START_ANEW = 3
/** A stop that takes longer than this is cut short: everything that matters is in rows by then. */
const STOP_DEADLINE_MS = 25_000

async function main(): Promise<void> {
  const tell = (message: ChildMessage) => process.send?.(message)
  const { settings } = loadSettings({ flags: {}, env: process.env })
  const log = pino({ name: 'daemon', level: settings.logLevel })
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
    notice: (message) => tell({ type: 'notice', message }),
    over: (reason) => {
      log.error({ reason }, 'ends to be started anew')
      process.exit(EXIT_START_ANEW)
    },
  })

  let stopping = false
  const stop = (stopRunners: boolean) => {
    if (stopping) return
    stopping = true
    setTimeout(() => {
      log.error('stopping took too long')
      process.exit(1)
    }, STOP_DEADLINE_MS).unref()
    daemon.stop({ stopRunners }).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop(false))
  process.on('SIGINT', () => stop(false))
  // The launcher is gone: nobody would restart us, and the next one starts its own.
  process.on('disconnect', () => stop(false))
  process.on('message', (message) => {
    const parsed = launcherMessage.safeParse(message)
    if (parsed.success) stop(parsed.data.stopRunners)
  })
  tell({ type: 'ready', detail: daemon.detail })
  log.info({ pid: process.pid }, 'ready')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
