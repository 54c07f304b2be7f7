import type { Logger } from 'pino'
import type { AgentNamespace, AgentPeer } from '../gateways/agent/agent-gateway'
import type { AgentCredential } from '../services/node/agent-credentials'

/** A revoked credential's connection lives this much longer at most, and one question. */
const LOOK_EVERY_MS = 1_000

export interface CredentialWatchOptions {
  namespaces: readonly AgentNamespace[]
  /** Tells of each credential whether it still opens something. */
  stillValid(credentials: readonly AgentCredential[]): Promise<(credential: AgentCredential) => boolean>
  /** Looked at at the same pace: the authorities may have been rotated. */
  alongside(): Promise<void>
  leads(): boolean
  log: Logger
}

/** Cuts connections of agents whose credential was revoked, replaced or has ended. Returns what ends the watch. */
export function watchCredentials(options: CredentialWatchOptions): { stop(): Promise<void> } {
  let stopped = false
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    const sockets = options.namespaces.flatMap((namespace) => [...namespace.sockets.values()])
    // The data of a socket is its peer's from the handshake on.
    const peers = sockets.map((socket) => ({ socket, peer: socket.data as AgentPeer }))
    if (peers.length > 0) {
      const asked = peers.map(({ socket, peer }) => ({ socket, peer, credential: peer.credential }))
      const isValid = await options.stillValid(asked.map(({ credential }) => credential))
      for (const { socket, peer, credential } of asked) {
        // One that was renewed meanwhile is judged the next time.
        if (!socket.connected || peer.credential !== credential || isValid(credential)) continue
        options.log.warn({ nodeId: peer.nodeId }, 'the credential of an agent is valid no more: cut')
        socket.disconnect(true)
      }
    }
    await options.alongside()
  }

  const run = (): void => {
    running = (options.leads() ? look() : Promise.resolve())
      .catch((error: unknown) => options.log.warn({ err: error }, 'credentials of agents could not be looked at'))
      .then(() => {
        if (!stopped) timer = setTimeout(run, LOOK_EVERY_MS)
      })
  }
  run()
  return {
    stop: async () => {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
