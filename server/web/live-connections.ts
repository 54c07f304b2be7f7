/** Signing out, revoking and expiry take effect on open connections within this time; the bound for it is 5 s. */
export const CHECK_EVERY_MS = 2_000

/** A socket or an event stream: what outlives the request that opened it. */
export interface LiveConnection {
  destroy(): void
  once(event: 'close', listener: () => void): unknown
}

export interface LiveConnections {
  /** Cuts the connection once its credential opens nothing any more. */
  watch(credentialId: string, connection: LiveConnection): void
  stop(): void
}

/**
 * Looks, every few seconds and with one question for all, whether the credentials of open connections still hold, and
 * cuts those whose do not. While the question cannot be answered nothing is cut.
 */
export function watchLiveConnections(options: {
  valid(credentialIds: readonly string[]): Promise<ReadonlySet<string>>
  onError(error: unknown): void
  every?: (ms: number, work: () => void) => () => void
}): LiveConnections {
  const open = new Map<string, Set<LiveConnection>>()
  let asking = false

  const check = async () => {
    if (asking || open.size === 0) return
    asking = true
    try {
      const ids = [...open.keys()]
      const valid = await options.valid(ids)
      for (const id of ids) if (!valid.has(id)) for (const connection of open.get(id) ?? []) connection.destroy()
    } catch (error) {
      options.onError(error)
    } finally {
      asking = false
    }
  }

  const stop = (options.every ?? everyInterval)(CHECK_EVERY_MS, () => void check())
  return {
    watch: (credentialId, connection) => {
      const own = open.get(credentialId) ?? new Set()
      open.set(credentialId, own.add(connection))
      connection.once('close', () => {
        own.delete(connection)
        if (own.size === 0 && open.get(credentialId) === own) open.delete(credentialId)
      })
    },
    stop,
  }
}

function everyInterval(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  return () => clearInterval(timer)
}
