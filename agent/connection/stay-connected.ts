import { readFile } from 'node:fs/promises'
import type { JoinRequest } from '@/contracts/agent-protocol/messages'
import { type Attempt, attemptConnection } from './attempt'
import { createBackoff } from './backoff'
import type { DaemonSocket } from './commands'
import type { DaemonAddress } from './daemon-address'

export interface ConnectionOptions {
  address: DaemonAddress
  /** Read anew for each attempt, so that a replaced token is taken up. */
  tokenFile: string
  joinRequest(): Promise<JoinRequest>
  onConnected(socket: DaemonSocket): void
  onJoined(socket: DaemonSocket, nodeName: string): void
  onLost(reason: string): void
  random?: () => number
}

/** Keeps a connection to the daemon: tries for ever, with a capped backoff. Returns what ends that. */
export function stayConnected(options: ConnectionOptions): { stop(): void } {
  const backoff = createBackoff(options.random ?? Math.random)
  let stopped = false
  let attempt: Attempt | null = null
  let timer: NodeJS.Timeout | null = null

  async function connectOnce(): Promise<string> {
    const token = (await readFile(options.tokenFile, 'utf8')).trim()
    if (stopped) return 'stopped'
    attempt = attemptConnection({
      ...options,
      token,
      onJoined(socket, nodeName) {
        backoff.reset()
        options.onJoined(socket, nodeName)
      },
    })
    return attempt.over
  }

  function run(): void {
    connectOnce()
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      .then((reason) => {
        attempt = null
        if (stopped) return
        options.onLost(reason)
        timer = setTimeout(run, backoff.next())
      })
  }

  run()
  return {
    stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      attempt?.close()
    },
  }
}
