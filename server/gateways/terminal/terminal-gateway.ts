import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { Namespace } from 'socket.io'
import { z } from 'zod'
import { uuid } from '@/contracts/primitives'
import type { Runner } from '@/contracts/runner/runner'
import {
  type ClientToDaemon,
  type DaemonToClient,
  TERMINAL_PROTOCOL_VERSION,
  type TerminalHandshake,
  terminalHandshake,
  wantedSize,
} from '@/contracts/terminal/terminal'
import { CREDENTIAL_HEADER } from '../../core/credential-header'
import { StratavoreError } from '../../core/errors'
import type { RedeemedTicket } from '../../services/runner/redeem-ticket'
import type { AgentRegistry } from '../agent/agent-registry'
import type { DriveLog } from './drive-turn'
import { maySend, type TerminalEvent } from './event-rules'
import { createRunnerHub, type RunnerHub } from './runner-hub'
import { createTerminalClient, type TerminalClient } from './terminal-client'
import type { TerminalTraffic } from './terminal-traffic'

/** To whom, and whether it is given. */
const seatAnswer = z.tuple([uuid, z.boolean()])

export interface TerminalGatewayServices {
  redeemTicket(ticket: string, credential: string): Promise<RedeemedTicket>
  getRunner(id: string): Promise<Runner>
  /** Somebody who may only watch tried to do more. */
  recordRefused(ticket: RedeemedTicket, event: TerminalEvent): Promise<void>
  /** Where it is written down who drives. */
  drives: DriveLog
  /** Somebody is attached to it now. */
  attended(runnerId: string): Promise<void>
}

/** What the daemon tells the gateway of its runners. */
export interface TerminalGateway {
  output(runnerId: string, offset: number, data: Uint8Array): void
  outputSkipped(runnerId: string): void
  resized(runnerId: string, size: { cols: number; rows: number; offset?: number | undefined }): void
  /** Rows of these runners may have changed. */
  refresh(runnerIds: readonly string[]): Promise<void>
  agentGone(nodeId: string): void
  /** Whether anybody is attached to it who is no guest. */
  isAttended(runnerId: string): boolean
  viewerCount(): number
}

/** An error as a client is told it in its `connect_error`. */
const refusal = ({ code, message }: StratavoreError): Error => Object.assign(new Error(message), { data: { code } })

/** Serves namespace `/terminal`: one ticket, one socket, one runner. */
export function serveTerminals(
  namespace: Namespace<ClientToDaemon, DaemonToClient>,
  agents: AgentRegistry,
  services: TerminalGatewayServices,
  traffic: TerminalTraffic,
  log: Logger,
): TerminalGateway {
  const hubs = new Map<string, RunnerHub>()

  const hubOf = (runner: Runner): RunnerHub => {
    const existing = hubs.get(runner.id)
    if (existing) {
      existing.update(runner)
      return existing
    }
    const hub = createRunnerHub(runner, agents, traffic, services.drives, log, () => hubs.delete(runner.id))
    hubs.set(runner.id, hub)
    return hub
  }

  /** Connections that asked for a terminal: each has one, and socket.io looks only once the first was admitted. */
  const asked = new WeakSet<object>()

  namespace.use((socket, next) => {
    if (asked.has(socket.conn)) {
      next(refusal(new StratavoreError('conflict', 'A connection has one terminal.')))
      return
    }
    asked.add(socket.conn)
    admit(socket.handshake, services).then(
      (admitted) => {
        socket.data = admitted
        next()
      },
      (error: unknown) => {
        if (!(error instanceof StratavoreError)) log.error({ err: error }, 'terminal handshake failed')
        const known =
          error instanceof StratavoreError ? error : new StratavoreError('internal', 'The handshake failed.')
        next(refusal(known))
      },
    )
  })

  namespace.on('connection', (socket) => {
    const { handshake, ticket, runner } = socket.data as Awaited<ReturnType<typeof admit>>
    const client = createTerminalClient(socket, handshake, ticket)
    const hub = hubOf(runner)
    const on = listen(client, (event) => refuse(client, ticket, event))
    on('input', (seq, data) => hub.input(client, seq, data))
    on('ack', (offset) => hub.acknowledge(client, offset))
    on('resize', (wanted) => {
      const parsed = wantedSize.safeParse(wanted)
      if (parsed.success) hub.resize(client, parsed.data)
      else
        socket.emit('problem', {
          code: 'invalid_input',
          message: 'A size is 1 to 1000 columns and rows.',
          fatal: false,
        })
    })
    on('takeSeat', () => hub.takeSeat(client))
    on('askSeat', () => hub.askSeat(client))
    on('answerSeat', (to, given) => {
      const parsed = seatAnswer.safeParse([to, given])
      if (parsed.success) hub.answerSeat(client, ...parsed.data)
    })
    on('releaseSeat', () => hub.releaseSeat(client))
    // Whoever says so leaves for good; everybody else comes back by themselves.
    socket.on('disconnect', (reason) => hub.leave(client, reason !== 'client namespace disconnect'))
    hub.enter(client, handshake.resumeFrom)
    if (!ticket.guest)
      services
        .attended(runner.id)
        .catch((error: unknown) => log.error({ err: error, runnerId: runner.id }, 'a notice could not be taken back'))
    // The row was read before the hub listened for changes of it.
    refresh([runner.id]).catch((error: unknown) => log.error({ err: error, runnerId: runner.id }, 'refresh failed'))
  })

  /** Told each time, written down once: a key that is held down is one attempt. */
  const refuse = (client: TerminalClient, ticket: RedeemedTicket, event: TerminalEvent): void => {
    client.socket.emit('problem', { code: 'forbidden', message: 'You are attached read-only.', fatal: false })
    if (client.refused) return
    client.refused = true
    services.recordRefused(ticket, event).catch((error: unknown) => {
      log.error({ err: error, runnerId: ticket.runnerId }, 'a refused event could not be recorded')
    })
  }

  const refresh = async (runnerIds: readonly string[]): Promise<void> => {
    for (const id of runnerIds) {
      if (!hubs.has(id)) continue
      const runner = await services.getRunner(id)
      hubs.get(id)?.update(runner)
    }
  }

  return {
    output: (runnerId, offset, data) => hubs.get(runnerId)?.output(offset, data),
    outputSkipped: (runnerId) => hubs.get(runnerId)?.outputSkipped(),
    resized: (runnerId, size) => hubs.get(runnerId)?.resized(size),
    refresh,
    isAttended: (runnerId) => hubs.get(runnerId)?.isAttended() ?? false,
    agentGone: (nodeId) => {
      for (const hub of hubs.values()) if (hub.nodeId() === nodeId) hub.agentGone()
    },
    viewerCount: () => namespace.sockets.size,
  }
}

/** Listens for an event of this client, which is judged each time by its own rule before anything is done. */
function listen(client: TerminalClient, refuse: (event: TerminalEvent) => void) {
  return <Name extends TerminalEvent>(event: Name, act: ClientToDaemon[Name]): void => {
    const judged = (...sent: Parameters<ClientToDaemon[Name]>) => {
      if (!maySend(event, client)) return refuse(event)
      return (act as (...sent: Parameters<ClientToDaemon[Name]>) => void)(...sent)
    }
    ;(client.socket as { on(event: string, listener: typeof judged): unknown }).on(event, judged)
  }
}

async function admit(
  { auth, headers }: { auth: unknown; headers: IncomingHttpHeaders },
  services: TerminalGatewayServices,
): Promise<{ handshake: TerminalHandshake; ticket: RedeemedTicket; runner: Runner }> {
  const parsed = terminalHandshake.safeParse(auth)
  if (!parsed.success) throw new StratavoreError('invalid_input', 'Malformed terminal handshake.')
  if (parsed.data.protocol !== TERMINAL_PROTOCOL_VERSION) {
    throw new StratavoreError(
      'invalid_input',
      `Terminal protocol ${parsed.data.protocol} is not spoken here; reload the page.`,
    )
  }
  const credential = headers[CREDENTIAL_HEADER]
  const ticket = await services.redeemTicket(parsed.data.ticket, typeof credential === 'string' ? credential : '')
  return { handshake: parsed.data, ticket, runner: await services.getRunner(ticket.runnerId) }
}
