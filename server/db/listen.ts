import pg from 'pg'

/** Reconnect delays: quick at first, since a missed NOTIFY is only covered by the slow poll. */
const RETRY_MS = [100, 250, 500, 1_000, 2_000, 5_000]

/** Something desired changed: the daemon should reconcile. Payload: the runner's id. */
export const WAKE_CHANNEL = 'stratavore_wake'
/** What budgets allow has changed: the daemon should enforce them. */
export const BUDGET_CHANNEL = 'stratavore_budgets'
/** A secret was set: every process should keep it out of what it writes from now on. */
export const SECRETS_CHANNEL = 'stratavore_secrets'
/** Rows were appended to the outbox. */
export const EVENTS_CHANNEL = 'stratavore_events'
/** What a runner does has changed in a detail that is no event: open pages should show it. Payload: the runner's id. */
export const LIVE_CHANNEL = 'stratavore_live'

export interface Listener {
  close(): Promise<void>
}

/**
 * LISTENs on a connection of its own and keeps it up. `onConnect` runs after every (re)connection, because
 * notifications sent in between are gone: the caller catches up there.
 */
export function listen(
  url: string,
  channels: readonly string[],
  handlers: { onNotify(channel: string, payload: string): void; onConnect(): void; onError(error: Error): void },
): Listener {
  let closed = false
  let attempt = 0
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | null = null

  const retry = () => {
    if (closed || timer) return
    const delay = RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)]
    timer = setTimeout(() => {
      timer = null
      void connect()
    }, delay)
  }

  const connect = async () => {
    const next = new pg.Client({ connectionString: url, application_name: 'stratavore-listen', keepAlive: true })
    client = next
    next.on('error', (error) => handlers.onError(error))
    next.on('end', () => {
      if (client === next) retry()
    })
    next.on('notification', (message) => handlers.onNotify(message.channel, message.payload ?? ''))
    try {
      await next.connect()
      for (const channel of channels) await next.query(`LISTEN ${next.escapeIdentifier(channel)}`)
      attempt = 0
      handlers.onConnect()
    } catch (error) {
      handlers.onError(error instanceof Error ? error : new Error(String(error)))
      if (client === next) {
        client = null
        await next.end().catch(handlers.onError)
        retry()
      }
    }
  }

  void connect()
  return {
    close: async () => {
      closed = true
      if (timer) clearTimeout(timer)
      const last = client
      client = null
      await last?.end()
    },
  }
}
