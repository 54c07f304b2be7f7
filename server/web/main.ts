import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { loadSettings } from '@/config/load-settings'
import type { ChildMessage } from '@/contracts/supervision/messages'
import { startWeb } from './start-web'

/** Requests under way get this long; then they are cut, and their callers try again. */
const STOP_DEADLINE_MS = 10_000

async function main(): Promise<void> {
  const tell = (message: ChildMessage) => process.send?.(message)
  const { settings } = loadSettings({ flags: {}, env: process.env })
  const log = pino({ name: 'web', level: settings.logLevel })
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
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref()
    web.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('message', stop)
  process.on('disconnect', stop)
  tell({ type: 'ready', detail: `pid ${process.pid}, port ${settings.port}` })
  log.info({ pid: process.pid }, 'ready')
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
})
