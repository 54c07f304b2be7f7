import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { Namespace } from 'socket.io'
import { type IssuedIdentity, renewRequest } from '@/contracts/agent-protocol/enrolment'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import {
  AGENT_PROTOCOL_MINIMUM,
  AGENT_PROTOCOL_VERSION,
  type AgentHandshake,
  agentHandshake,
  type Heartbeat,
  heartbeat,
  type JoinReply,
  type JoinRequest,
  joinRequest,
  runnerExited,
  runnerResized,
  runnerStarted,
} from '@/contracts/agent-protocol/messages'
import { uuid } from '@/contracts/primitives'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'
import { StratavoreError } from '../../core/errors'
import type { AgentIdentity } from '../../services/node/agent-credentials'
import type { AgentRegistry } from './agent-registry'
import { type AgentReportHandlers, serveReports } from './agent-reports'
import { type AgentSession, type AgentSocket, createAgentSession } from './agent-session'
import { hasRule } from './event-rules'
import type { NodeSilence } from './node-silence'
import { createOwnRunners, type NodesOfRunners, type OwnRunners } from './own-runners'

/** What the daemon does with what agents say. */
export interface AgentGatewayHandlers {
  /** Where runners are: an agent speaks of its own node's only. */
  nodesOf: NodesOfRunners
  /** An agent spoke of another node's; nothing of it was done. */
  trespass(peer: AgentIdentity, event: string, runnerId: string): void
  /** Gives an agent a certificate for a new key, and its connection that one's standing. */
  renew(peer: AgentPeer, csr: string): Promise<IssuedIdentity>
  joined(session: AgentSession, protocol: number, message: JoinRequest): Promise<void>
  /** A node's agent is (back) here: everything of it may have changed. */
  rejoined(session: AgentSession, peer: AgentPeer): void
  /** Something a runner's agent holds has changed: reconcile it. */
  changed(runnerIds: readonly string[]): void
  heartbeat(session: AgentSession, message: Heartbeat): void
  output(runnerId: string, offset: number, data: Uint8Array): void
  outputSkipped(runnerId: string): void
  resized(nodeId: string, runnerId: string, size: { cols: number; rows: number; offset?: number | undefined }): void
  disconnected(session: AgentSession): void
  /** How much of recordings its agents keep. */
  keptRecordings: KeptRecordings
  /** Unused for this long an agent puts a screen away. */
  parkScreensAfterMs: number
  /** What it reports of its programs. */
  reports: AgentReportHandlers
}

/** Who is connected, as `data` of its socket. A renewed certificate takes the old one's place in it. */
export interface AgentPeer extends AgentIdentity {
  protocol: number
}

export type AgentNamespace = Namespace<AgentToDaemon, DaemonToAgent>

/** Who is at the other end, by what it shows and, over TLS, by its certificate. Throws `unauthenticated`. */
export type IdentifyAgent = (shown: AgentHandshake, request: IncomingMessage) => Promise<AgentIdentity>

/** Serves namespace `/agent`: authenticates, joins, and turns messages into calls of the handlers. */
export function serveAgents(
  namespace: AgentNamespace,
  identify: IdentifyAgent,
  registry: AgentRegistry,
  silence: NodeSilence,
  handlers: AgentGatewayHandlers,
  log: Logger,
): void {
  namespace.use((socket, next) => {
    admit(socket.handshake.auth, socket.request, identify).then(
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
    const peer: AgentPeer = socket.data
    const own = createOwnRunners(peer.nodeId, handlers.nodesOf, (event, runnerId) =>
      handlers.trespass(peer, event, runnerId),
    )
    // What is listened for without a rule is a fault of ours: it reaches nobody.
    socket.use(([event], next) => {
      if (hasRule(event)) return next()
      log.warn({ event, nodeId: peer.nodeId }, 'an agent event without a rule was dropped')
    })
    let joining = false
    socket.on('join', (message, given) => {
      const reply = answerable(given)
      const parsed = joinRequest.safeParse(message)
      if (!parsed.success) return reply({ ok: false, error: 'malformed join' })
      if (joining) return reply({ ok: false, error: 'this connection has joined already' })
      joining = true
      silence.heard(peer.nodeId)
      const enter = async (): Promise<AgentSession> => {
        const { runners } = parsed.data
        const mine = await own.orOrphans(
          'join',
          runners.map(({ runnerId }) => runnerId),
        )
        const join = { ...parsed.data, runners: runners.filter(({ runnerId }) => mine.has(runnerId)) }
        const session = createAgentSession(socket, peer, join)
        await handlers.joined(session, peer.protocol, join)
        return session
      }
      enter().then(
        (session) => {
          if (!socket.connected) return
          const answer: JoinReply = {
            ok: true,
            nodeId: peer.nodeId,
            nodeName: peer.nodeName,
            keptRecordings: handlers.keptRecordings,
            parkScreensAfterMs: handlers.parkScreensAfterMs,
          }
          reply(answer)
          registry.add(session)
          receive(socket, session, own, silence, handlers, log)
          serveReports(socket, session, own, handlers.reports, log)
          serveRenewal(socket, peer, handlers, log)
          socket.on('disconnect', () => {
            if (registry.remove(session)) handlers.disconnected(session)
          })
          handlers.rejoined(session, peer)
        },
        (error: unknown) => {
          log.error({ err: error }, 'join failed')
          const refused = error instanceof StratavoreError && error.code === 'forbidden'
          reply({ ok: false, error: refused ? error.message : 'the daemon could not record the join' })
        },
      )
    })
  })
}

/** Whether an answer is wanted is the sender's word: without a callback there is nobody to tell. */
const answerable = <T>(reply: (answer: T) => void): ((answer: T) => void) =>
  typeof reply === 'function' ? reply : () => undefined

async function admit(auth: unknown, request: IncomingMessage, identify: IdentifyAgent): Promise<AgentPeer> {
  const parsed = agentHandshake.safeParse(auth)
  if (!parsed.success) throw new StratavoreError('invalid_input', 'malformed agent handshake')
  const { protocol } = parsed.data
  if (protocol < AGENT_PROTOCOL_MINIMUM || protocol > AGENT_PROTOCOL_VERSION) {
    throw new StratavoreError('invalid_input', `agent protocol ${protocol} is not spoken here`, {
      hint: `This daemon speaks ${AGENT_PROTOCOL_MINIMUM} to ${AGENT_PROTOCOL_VERSION}.`,
    })
  }
  return { ...(await identify(parsed.data, request)), protocol }
}

/** Messages of one agent that wait for the database; one that says more starts anew with a join, which says it all. */
const MOST_WAITING = 1_000

function receive(
  socket: AgentSocket,
  session: AgentSession,
  own: OwnRunners,
  silence: NodeSilence,
  handlers: AgentGatewayHandlers,
  log: Logger,
): void {
  const refuse = (event: string) => log.warn({ event, agentId: session.agentId }, 'malformed agent message ignored')
  /** Of lives in the order they came, however long it takes to find out whose a runner is. */
  let told: Promise<void> = Promise.resolve()
  let waiting = 0
  const inTurn = (event: string, judge: () => Promise<boolean>, act: () => void, otherwise = (): void => undefined) => {
    if (waiting >= MOST_WAITING) {
      log.warn({ event, agentId: session.agentId }, 'an agent says more than can be judged: disconnected')
      session.disconnect()
      return
    }
    waiting += 1
    told = told.then(async () => {
      try {
        if (await judge()) act()
        else otherwise()
      } catch (error) {
        log.warn({ err: error, event }, 'an agent message could not be judged')
      } finally {
        waiting -= 1
      }
    })
  }
  /** Of a life that has no row too, so that the agent is told to forget it. */
  const orOrphan = (event: string, runnerId: string) => async () =>
    (await own.orOrphans(event, [runnerId])).has(runnerId)
  const NOT_YOURS = { ok: false, code: 'not_found', error: 'this runner is of another node' } as const

  socket.onAny(() => silence.heard(session.nodeId))
  socket.on('runnerStarted', (message, given) => {
    const reply = answerable(given)
    const parsed = runnerStarted.safeParse(message)
    if (!parsed.success) return refuse('runnerStarted')
    const { runnerId, epoch, process } = parsed.data
    const started = () => {
      const known = session.runners.get(runnerId)
      if (!known || known.epoch < epoch) {
        session.runners.set(runnerId, { agentId: session.agentId, epoch, state: 'running', process, exit: null })
      }
      reply({ ok: true })
      handlers.changed([runnerId])
    }
    inTurn('runnerStarted', orOrphan('runnerStarted', runnerId), started, () => reply(NOT_YOURS))
  })
  socket.on('runnerExited', (message, given) => {
    const reply = answerable(given)
    const parsed = runnerExited.safeParse(message)
    if (!parsed.success) return refuse('runnerExited')
    const { runnerId, epoch, exit } = parsed.data
    const exited = () => {
      const known = session.runners.get(runnerId)
      if (!known || known.epoch <= epoch) {
        const process = known?.process ?? null
        session.runners.set(runnerId, { agentId: session.agentId, epoch, state: 'exited', process, exit })
      }
      // The agent keeps its record until `forgetRunner`, which follows once the end is in the database.
      reply({ ok: true })
      handlers.changed([runnerId])
    }
    inTurn('runnerExited', orOrphan('runnerExited', runnerId), exited, () => reply(NOT_YOURS))
  })
  socket.on('heartbeat', (message) => {
    const parsed = heartbeat.safeParse(message)
    if (!parsed.success) return refuse('heartbeat')
    const { runners } = parsed.data
    const ids = runners.map(({ runnerId }) => runnerId)
    own.only('heartbeat', ids).then(
      (mine) => {
        const said = runners.filter(({ runnerId }) => mine.has(runnerId))
        handlers.heartbeat(session, { ...parsed.data, instanceId: session.agentId, runners: said })
      },
      (error: unknown) => log.warn({ err: error }, 'a heartbeat could not be judged'),
    )
  })
  // Output is wanted of what is watched on this very connection: no question to anybody, and what nobody watches is dropped.
  socket.on('output', (runnerId, offset, data) => {
    if (typeof runnerId !== 'string' || !Number.isSafeInteger(offset) || !(data instanceof Uint8Array))
      return refuse('output')
    if (session.watched.has(runnerId)) handlers.output(runnerId, offset, data)
    else if (!uuid.safeParse(runnerId).success) refuse('output')
  })
  socket.on('outputSkipped', (runnerId) => {
    if (!uuid.safeParse(runnerId).success) return refuse('outputSkipped')
    if (session.watched.has(runnerId)) handlers.outputSkipped(runnerId)
  })
  socket.on('resized', (message) => {
    const parsed = runnerResized.safeParse(message)
    if (!parsed.success) return refuse('resized')
    const { runnerId } = parsed.data
    const resized = () => handlers.resized(session.nodeId, runnerId, parsed.data)
    // In its place between the output before and after it, so without a question where it is watched.
    if (session.watched.has(runnerId)) resized()
    else inTurn('resized', () => own.may('resized', runnerId), resized)
  })
}

/** An agent makes a new key this seldom; more often is a fault. */
const RENEW_AT_MOST_EVERY_MS = 5_000

function serveRenewal(socket: AgentSocket, peer: AgentPeer, handlers: AgentGatewayHandlers, log: Logger): void {
  let renewedAt = Number.NEGATIVE_INFINITY
  socket.on('renewCertificate', (message, given) => {
    const reply = answerable(given)
    const parsed = renewRequest.safeParse(message)
    if (!parsed.success) return reply({ ok: false, code: 'invalid_input', error: 'malformed renewCertificate' })
    if (performance.now() - renewedAt < RENEW_AT_MOST_EVERY_MS)
      return reply({ ok: false, code: 'rate_limited', error: 'it was renewed just now' })
    renewedAt = performance.now()
    handlers.renew(peer, parsed.data.csr).then(
      (identity) => reply({ ok: true, ...identity }),
      (error: unknown) => {
        log.warn({ err: error, nodeId: peer.nodeId }, 'a certificate could not be renewed')
        const known = error instanceof StratavoreError
        reply({ ok: false, code: known ? error.code : 'unavailable', error: known ? error.message : 'not renewed' })
      },
    )
  })
}
