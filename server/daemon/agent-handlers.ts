import type { Logger } from 'pino'
import type { AgentGatewayHandlers } from '../gateways/agent/agent-gateway'
import type { TerminalGateway } from '../gateways/terminal/terminal-gateway'
import { authenticateAgent, joinAgent, recordAgentDisconnected } from '../services/node/join-agent'
import { recordNodeVitals } from '../services/node/record-node-vitals'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { recordSize } from '../services/runner/record-size'
import type { HeartbeatBuffer } from './heartbeat-buffer'
import type { Reconciler } from './reconciler'

export interface AgentHandlerParts {
  terminals: TerminalGateway
  heartbeats: HeartbeatBuffer
  /** Asked for when it is needed: agents may speak before it runs. */
  reconciler(): Reconciler | null
  /** This daemon is on its way out: that its agents are gone from it means nothing. */
  stopping(): boolean
  log: Logger
}

/** What the daemon does with what agents say. */
export function createAgentHandlers(ctx: ReconcileContext, parts: AgentHandlerParts): AgentGatewayHandlers {
  const { terminals, heartbeats, reconciler, log } = parts
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what)
  return {
    authenticate: (token) => authenticateAgent(ctx, token),
    joined: (session, protocol, join) => joinAgent(ctx, { nodeId: session.nodeId, protocol }, join),
    changed: (runnerIds) => reconciler()?.wake(runnerIds),
    rejoined: () => void reconciler()?.all().catch(logged('reconcile after a join failed')),
    heartbeat: (session, message) => {
      heartbeats.add(message)
      recordNodeVitals(ctx, session.nodeId, message).catch(logged('node vitals could not be written'))
    },
    output: terminals.output,
    outputSkipped: terminals.outputSkipped,
    resized: (runnerId, size) => {
      terminals.resized(runnerId, size)
      recordSize(ctx, runnerId, size).catch(logged('a size could not be recorded'))
    },
    disconnected: (session) => {
      if (parts.stopping()) return
      terminals.agentGone(session.nodeId)
      recordAgentDisconnected(ctx, session.agentId, 'unreachable').catch(logged('a lost agent could not be recorded'))
    },
  }
}
