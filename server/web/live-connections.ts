/** Signing out, revoking, expiry and a change of what somebody may take effect on open connections within this time; the bound for it is 5 s. */
export const CHECK_EVERY_MS = 2_000

/** A socket or an event stream: what outlives the request that opened it. */
export interface LiveConnection {
  destroy(): void
  readonly destroyed?: boolean
  once(event: 'close', listener: () => void): unknown
}

/** What opened a connection. */
export interface WatchedCredential {
  id: string
  /** Of what it opened then; see `standingMark`. */
  mark: string
}

export interface LiveConnections {
  /** Cuts the connection once its credential opens nothing any more, or something else than the mark says. */
  watch(credential: WatchedCredential, connection: LiveConnection): void
  stop(): void
}

/**
 * Looks, every few seconds and with one question for all, whether the credentials of open connections still hold, and
 * cuts those whose do not, or which open something else by now: whoever may still come back does. While the question cannot be answered nothing is cut.
 */
export function watchLiveConnections(options: {
  /** The present marks of those that hold. */
  valid(credentialIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  onError(error: unknown): void
  every?: (ms: number, work: () => void) => () => void
}): LiveConnections {
  const open = new Map<string, Map<LiveConnection, string>>()
  let asking = false

  const check = async () => {
    if (asking || open.size === 0) return
    asking = true
    try {
      const ids = [...open.keys()]
      const valid = await options.valid(ids)
      for (const id of ids)
        for (const [connection, mark] of open.get(id) ?? []) if (valid.get(id) !== mark) connection.destroy()
    } catch (error) {
      options.onError(error)
    } finally {
      asking = false
    }
  }

  const stop = (options.every ?? everyInterval)(CHECK_EVERY_MS, () => void check())
  return {
    watch: ({ id, mark }, connection) => {
      // Over while its credential was looked up: nothing tells of its end any more.
      if (connection.destroyed) return
      const own = open.get(id) ?? new Map<LiveConnection, string>()
      open.set(id, own.set(connection, mark))
      connection.once('close', () => {
        own.delete(connection)
        if (own.size === 0 && open.get(id) === own) open.delete(id)
      })
    },
    stop,
  }
}

function everyInterval(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  return () => clearInterval(timer)
}
