import type { Logger } from 'pino'
import type { Namespace } from 'socket.io'
import type { Runner } from '@/contracts/runner/runner'
import {
  type ClientToDaemon,
  type DaemonToClient,
  TERMINAL_PROTOCOL_VERSION,
  type TerminalHandshake,
  terminalHandshake,
  terminalSize,
} from '@/contracts/terminal/terminal'
import { StratavoreError } from '../../core/errors'
import type { RedeemedTicket } from '../../services/runner/redeem-ticket'
import type { AgentRegistry } from '../agent/agent-registry'
import { createRunnerHub, type RunnerHub } from './runner-hub'
import { createTerminalClient } from './terminal-client'
import type { TerminalTraffic } from './terminal-traffic'

export interface TerminalGatewayServices {
  redeemTicket(ticket: string): Promise<RedeemedTicket>
  getRunner(id: string): Promise<Runner>
}

/** What the daemon tells the gateway of its runners. */
export interface TerminalGateway {
  output(runnerId: string, offset: number, data: Uint8Array): void
  outputSkipped(runnerId: string): void
  resized(runnerId: string, size: { cols: number; rows: number }): void
  /** Rows of these runners may have changed. */
  refresh(runnerIds: readonly string[]): Promise<void>
  agentGone(nodeId: string): void
  viewerCount(): number
}

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
    const hub = createRunnerHub(runner, agents, traffic, log, () => hubs.delete(runner.id))
    hubs.set(runner.id, hub)
    return hub
  }

  namespace.use((socket, next) => {
    admit(socket.handshake.auth, services).then(
      (admitted) => {
        socket.data = admitted
        next()
      },
      (error: unknown) => {
        if (!(error instanceof StratavoreError)) log.error({ err: error }, 'terminal handshake failed')
        const known =
          error instanceof StratavoreError ? error : new StratavoreError('internal', 'The handshake failed.')
        next(Object.assign(new Error(known.message), { data: { code: known.code } }))
      },
    )
  })

  namespace.on('connection', (socket) => {
    const { handshake, ticket, runner } = socket.data as Awaited<ReturnType<typeof admit>>
    const client = createTerminalClient(socket, handshake, ticket)
    const hub = hubOf(runner)
    socket.on('input', (seq, data) => hub.input(client, seq, data))
    socket.on('ack', (offset) => hub.acknowledge(client, offset))
    socket.on('resize', (wanted) => {
      const parsed = terminalSize.safeParse(wanted)
      if (parsed.success) hub.resize(client, parsed.data)
      else
        socket.emit('problem', {
          code: 'invalid_input',
          message: 'A size is 1 to 1000 columns and rows.',
          fatal: false,
        })
    })
    socket.on('takeSeat', () => hub.takeSeat(client))
    socket.on('releaseSeat', () => hub.releaseSeat(client))
    socket.on('disconnect', () => hub.leave(client))
    hub.enter(client, handshake.resumeFrom)
    // The row was read before the hub listened for changes of it.
    refresh([runner.id]).catch((error: unknown) => log.error({ err: error, runnerId: runner.id }, 'refresh failed'))
  })

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
    agentGone: (nodeId) => {
      for (const hub of hubs.values()) if (hub.nodeId() === nodeId) hub.agentGone()
    },
    viewerCount: () => namespace.sockets.size,
  }
}

async function admit(
  auth: unknown,
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
  const ticket = await services.redeemTicket(parsed.data.ticket)
  return { handshake: parsed.data, ticket, runner: await services.getRunner(ticket.runnerId) }
}
