import { type EmbeddedPostgres, startEmbeddedPostgres } from '../db/embedded-postgres/start'

/** How often the server is looked at: a crash is noticed within this, and looking costs one read of a pid file. */
const WATCH_INTERVAL_MS = 1_000
/** Between tries to start it again, so that a full disk does not become a storm of starts. */
const RETRY_DELAY_MS = 3_000

export interface KeptPostgres {
  url: string
  pid: number
  reused: boolean
  /** Stops watching, then the server. */
  stop(): Promise<void>
}

/** Starts the embedded Postgres of `directory`, and starts it again on the same port whenever it dies. */
export async function keepPostgres(
  directory: string,
  database: string,
  report: (line: string) => void,
): Promise<KeptPostgres> {
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ directory })
  const { port } = server
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    if (server.alive()) return schedule(WATCH_INTERVAL_MS)
    report('Postgres ended unexpectedly; starting it again')
    try {
      server = await startEmbeddedPostgres({ directory, port })
      schedule(WATCH_INTERVAL_MS)
    } catch (error) {
      report(error instanceof Error ? error.message : String(error))
      schedule(RETRY_DELAY_MS)
    }
  }

  function schedule(delayMs: number): void {
    if (stopped) return
    timer = setTimeout(() => {
      looking = look()
    }, delayMs)
    timer.unref()
  }

  schedule(WATCH_INTERVAL_MS)
  return {
    url: server.url(database),
    pid: server.pid,
    reused: server.reused,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await looking
      await server.stop()
    },
  }
}
