import type { Logger } from 'pino'
import type { Namespace } from 'socket.io'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import {
  AGENT_PROTOCOL_MINIMUM,
  AGENT_PROTOCOL_VERSION,
  agentHandshake,
  type Heartbeat,
  heartbeat,
  type JoinReply,
  type JoinRequest,
  joinRequest,
  resizeRunner,
  runnerExited,
  runnerStarted,
} from '@/contracts/agent-protocol/messages'
import { uuid } from '@/contracts/primitives'
import { StratavoreError } from '../../core/errors'
import type { AgentRegistry } from './agent-registry'
import { type AgentSession, type AgentSocket, createAgentSession } from './agent-session'
import type { NodeSilence } from './node-silence'

/** What the daemon does with what agents say. */
export interface AgentGatewayHandlers {
  authenticate(token: string): Promise<{ nodeId: string; nodeName: string }>
  joined(session: AgentSession, protocol: number, message: JoinRequest): Promise<void>
  /** A node's agent is (back) here: everything of it may have changed. */
  rejoined(session: AgentSession): void
  /** Something a runner's agent holds has changed: reconcile it. */
  changed(runnerIds: readonly string[]): void
  heartbeat(session: AgentSession, message: Heartbeat): void
  output(runnerId: string, offset: number, data: Uint8Array): void
  outputSkipped(runnerId: string): void
  resized(runnerId: string, size: { cols: number; rows: number }): void
  disconnected(session: AgentSession): void
}

interface Peer {
  nodeId: string
  nodeName: string
  protocol: number
}

/** Serves namespace `/agent`: authenticates, joins, and turns messages into calls of the handlers. */
export function serveAgents(
  namespace: Namespace<AgentToDaemon, DaemonToAgent>,
  registry: AgentRegistry,
  silence: NodeSilence,
  handlers: AgentGatewayHandlers,
  log: Logger,
): void {
  namespace.use((socket, next) => {
    admit(socket.handshake.auth, handlers).then(
      (peer) => {
        socket.data = peer
        next()
      },
      (error: unknown) => {
        log.warn({ err: error }, 'agent refused')
        next(error instanceof StratavoreError ? error : new Error('refused'))
      },
    )
  })
  namespace.on('connection', (socket) => {
    const peer: Peer = socket.data
    let joining = false
    socket.on('join', (message, given) => {
      const reply = answerable(given)
      const parsed = joinRequest.safeParse(message)
      if (!parsed.success) return reply({ ok: false, error: 'malformed join' })
      if (joining) return reply({ ok: false, error: 'this connection has joined already' })
      joining = true
      const session = createAgentSession(socket, peer.nodeId, parsed.data)
      silence.heard(peer.nodeId)
      handlers.joined(session, peer.protocol, parsed.data).then(
        () => {
          if (!socket.connected) return
          const answer: JoinReply = { ok: true, nodeId: peer.nodeId, nodeName: peer.nodeName }
          reply(answer)
          registry.add(session)
          receive(socket, session, silence, handlers, log)
          socket.on('disconnect', () => {
            if (registry.remove(session)) handlers.disconnected(session)
          })
          handlers.rejoined(session)
        },
        (error: unknown) => {
          log.error({ err: error }, 'join failed')
          reply({ ok: false, error: 'the daemon could not record the join' })
        },
      )
    })
  })
}

/** Whether an answer is wanted is the sender's word: without a callback there is nobody to tell. */
const answerable = <T>(reply: (answer: T) => void): ((answer: T) => void) =>
  typeof reply === 'function' ? reply : () => undefined

async function admit(auth: unknown, handlers: AgentGatewayHandlers): Promise<Peer> {
  const parsed = agentHandshake.safeParse(auth)
  if (!parsed.success) throw new StratavoreError('invalid_input', 'malformed agent handshake')
  const { protocol, token } = parsed.data
  if (protocol < AGENT_PROTOCOL_MINIMUM || protocol > AGENT_PROTOCOL_VERSION) {
    throw new StratavoreError('invalid_input', `agent protocol ${protocol} is not spoken here`, {
      hint: `This daemon speaks ${AGENT_PROTOCOL_MINIMUM} to ${AGENT_PROTOCOL_VERSION}.`,
    })
  }
  return { ...(await handlers.authenticate(token)), protocol }
}

function receive(
  socket: AgentSocket,
  session: AgentSession,
  silence: NodeSilence,
  handlers: AgentGatewayHandlers,
  log: Logger,
): void {
  const refuse = (event: string) => log.warn({ event, agentId: session.agentId }, 'malformed agent message ignored')
  socket.onAny(() => silence.heard(session.nodeId))
  socket.on('runnerStarted', (message, given) => {
    const reply = answerable(given)
    const parsed = runnerStarted.safeParse(message)
    if (!parsed.success) return refuse('runnerStarted')
    const { runnerId, epoch, process } = parsed.data
    const known = session.runners.get(runnerId)
    if (!known || known.epoch < epoch) {
      session.runners.set(runnerId, { agentId: session.agentId, epoch, state: 'running', process, exit: null })
    }
    reply({ ok: true })
    handlers.changed([runnerId])
  })
  socket.on('runnerExited', (message, given) => {
    const reply = answerable(given)
    const parsed = runnerExited.safeParse(message)
    if (!parsed.success) return refuse('runnerExited')
    const { runnerId, epoch, exit } = parsed.data
    const known = session.runners.get(runnerId)
    if (!known || known.epoch <= epoch) {
      const process = known?.process ?? null
      session.runners.set(runnerId, { agentId: session.agentId, epoch, state: 'exited', process, exit })
    }
    // The agent keeps its record until `forgetRunner`, which follows once the end is in the database.
    reply({ ok: true })
    handlers.changed([runnerId])
  })
  socket.on('heartbeat', (message) => {
    const parsed = heartbeat.safeParse(message)
    if (!parsed.success) return refuse('heartbeat')
    handlers.heartbeat(session, parsed.data)
  })
  socket.on('output', (runnerId, offset, data) => {
    if (typeof runnerId !== 'string' || !Number.isSafeInteger(offset) || !(data instanceof Uint8Array))
      return refuse('output')
    handlers.output(runnerId, offset, data)
  })
  socket.on('outputSkipped', (runnerId) => {
    if (!uuid.safeParse(runnerId).success) return refuse('outputSkipped')
    handlers.outputSkipped(runnerId)
  })
  socket.on('resized', (message) => {
    const parsed = resizeRunner.safeParse(message)
    if (!parsed.success) return refuse('resized')
    handlers.resized(parsed.data.runnerId, parsed.data)
  })
}
