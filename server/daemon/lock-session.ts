import pg from 'pg'

/** Connecting, and each statement on the session, may take this long; a server that is slower is as good as away. */
const CALL_TIMEOUT_MS = 5_000
/** A leader whose machine vanished is noticed by the server within about 25 s. Means nothing on Unix sockets. */
const KEEPALIVE = 'tcp_keepalives_idle=10 tcp_keepalives_interval=5 tcp_keepalives_count=3'

/** A database session whose life is the life of the locks it holds. */
export interface LockSession {
  client: pg.Client
  /** The server's pid of this session. */
  backendPid: number
  /** Resolves once the session is over, with why. */
  ended: Promise<Error>
  isOver(): boolean
  close(): Promise<void>
}

/** Opens a session of its own, outside any pool. Throws when the database does not answer. */
export async function openLockSession(url: string): Promise<LockSession> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'stratavore-lead',
    keepAlive: true,
    connectionTimeoutMillis: CALL_TIMEOUT_MS,
    query_timeout: CALL_TIMEOUT_MS,
    options: KEEPALIVE.split(' ')
      .map((setting) => `-c ${setting}`)
      .join(' '),
  })
  let over = false
  const ended = new Promise<Error>((resolve) => {
    const end = (error: Error) => {
      over = true
      resolve(error)
    }
    client.on('error', end)
    client.on('end', () => end(new Error('the session ended')))
  })
  try {
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    return {
      client,
      backendPid: rows[0]?.pid ?? 0,
      ended,
      isOver: () => over,
      close: () => client.end(),
    }
  } catch (error) {
    // What could not be opened has nothing to say at its end either.
    await client.end().catch(() => undefined)
    throw error
  }
}
