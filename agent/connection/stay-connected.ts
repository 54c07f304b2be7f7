import type { JoinRequest } from '@/contracts/agent-protocol/messages'
import { type Attempt, attemptConnection, type Joined } from './attempt'
import { createBackoff } from './backoff'
import type { DaemonSocket } from './commands'
import type { Credentials } from './credentials'
import type { DaemonAddress } from './daemon-address'

export interface ConnectionOptions {
  address: DaemonAddress
  /** Asked for each attempt anew. */
  credentials(): Promise<Credentials>
  joinRequest(): Promise<JoinRequest>
  onConnected(socket: DaemonSocket): void
  onJoined(socket: DaemonSocket, reply: Joined): void
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
    const credentials = await options.credentials()
    if (stopped) return 'stopped'
    attempt = attemptConnection({
      ...options,
      credentials,
      onJoined(socket, reply) {
        backoff.reset()
        options.onJoined(socket, reply)
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
