import { io } from 'socket.io-client'
import {
  AGENT_NAMESPACE,
  AGENT_PROTOCOL_VERSION,
  type JoinReply,
  type JoinRequest,
  joinReply,
} from '@/contracts/agent-protocol/messages'
import type { DaemonSocket } from './commands'
import type { Credentials } from './credentials'
import { type DaemonAddress, dialOptions, originOf } from './daemon-address'
import { UnmaskedWebSocket } from './unmasked-websocket'

/** Dialling a daemon that is there takes milliseconds; one that hangs is tried again. */
const CONNECT_TIMEOUT_MS = 10_000
/** The daemon looks at everything held before it answers. */
const JOIN_TIMEOUT_MS = 20_000

/** What the daemon said when it took the agent. */
export type Joined = Extract<JoinReply, { ok: true }>

export interface AttemptOptions {
  address: DaemonAddress
  credentials: Credentials
  /** All that is held, as of the moment the connection is there. */
  joinRequest(): Promise<JoinRequest>
  /** Before the join: commands may come right after the daemon has answered it. */
  onConnected(socket: DaemonSocket): void
  onJoined(socket: DaemonSocket, reply: Joined): void
}

export interface Attempt {
  /** Resolves, with the reason, when the connection could not be made or is over. Never rejects. */
  over: Promise<string>
  close(): void
}

/** One connection to the daemon, from dialling to its end. */
export function attemptConnection({
  address,
  credentials,
  joinRequest,
  onConnected,
  onJoined,
}: AttemptOptions): Attempt {
  const socket: DaemonSocket = io(`${originOf(address)}${AGENT_NAMESPACE}`, {
    ...dialOptions(address),
    ...credentials.tls,
    // Said here: an environment variable could take it away otherwise.
    rejectUnauthorized: true,
    // The retrying is ours: one attempt is one socket.
    reconnection: false,
    forceNew: true,
    transports: [UnmaskedWebSocket],
    timeout: CONNECT_TIMEOUT_MS,
    auth: { ...credentials.auth, protocol: AGENT_PROTOCOL_VERSION },
  })
  const over = new Promise<string>((resolve) => {
    const end = (reason: string): void => {
      resolve(reason)
      socket.disconnect()
    }
    const join = async (): Promise<void> => {
      const answer = await socket.timeout(JOIN_TIMEOUT_MS).emitWithAck('join', await joinRequest())
      const reply = joinReply.parse(answer)
      if (reply.ok) onJoined(socket, reply)
      else end(`the daemon refused: ${reply.error}`)
    }
    socket.on('connect', () => {
      onConnected(socket)
      join().catch((error: unknown) => end(`joining failed: ${error instanceof Error ? error.message : error}`))
    })
    socket.on('connect_error', (error) => end(error.message))
    socket.on('disconnect', (reason) => end(reason))
  })
  return { over, close: () => socket.disconnect() }
}
