import type { Logger } from 'pino'
import { fingerprintOf } from '../core/certificates/authority'
import { type AuthoritySet, issuingAuthority } from '../core/certificates/authority-set'
import { StratavoreError } from '../core/errors'
import type { AgentGatewayHandlers, AgentPeer } from '../gateways/agent/agent-gateway'
import type { AgentSession } from '../gateways/agent/agent-session'
import { rememberNodes } from '../gateways/agent/own-runners'
import type { TerminalGateway } from '../gateways/terminal/terminal-gateway'
import { alertRefusedRecording } from '../services/node/alert-refused-recording'
import { joinAgent, recordAgentDisconnected } from '../services/node/join-agent'
import { nodesOfRunners } from '../services/node/nodes-of-runners'
import { recordNodeVitals } from '../services/node/record-node-vitals'
import { recordTrespass } from '../services/node/record-trespass'
import { renewCertificate } from '../services/node/renew-certificate'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { recordSize } from '../services/runner/record-size'
import type { UsageContext } from '../services/usage/usage-context'
import type { ActivityBuffer } from './activity-buffer'
import { createAgentReports } from './agent-reports'
import type { BudgetKeeper } from './budget-keeper'
import type { HeartbeatBuffer } from './heartbeat-buffer'
import type { Reconciler } from './reconciler'
import { watchRecordings } from './recording-watch'
import { createSizeBuffer } from './size-buffer'

export interface AgentHandlerParts {
  terminals: TerminalGateway
  heartbeats: HeartbeatBuffer
  activities: ActivityBuffer
  /** For what programs tell of their requests. */
  usage: UsageContext
  /** Asked for when it is needed: agents may speak before it runs. */
  reconciler(): Reconciler | null
  budgets(): BudgetKeeper | null
  /** As they are now. */
  authorities(): Promise<AuthoritySet>
  /** An agent is (back) here: what waits for it can go. */
  agentHere(): void
  /** This daemon is on its way out: that its agents are gone from it means nothing. */
  stopping(): boolean
  log: Logger
}

/** What the daemon does with what agents say. */
export function createAgentHandlers(ctx: ReconcileContext, parts: AgentHandlerParts): AgentGatewayHandlers {
  const { terminals, heartbeats, reconciler, log } = parts
  const recordings = watchRecordings((nodeId, refused) => alertRefusedRecording(ctx, nodeId, refused))
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what)
  const sizes = createSizeBuffer(
    (id, { nodeId, ...size }) => recordSize(ctx, nodeId, id, size),
    logged('a size could not be recorded'),
  )
  /** It may have been away while the authorities were rotated, and would be cut when its own is trusted no more. */
  const renewIfOld = async (session: AgentSession, { credential }: AgentPeer): Promise<void> => {
    if (credential.kind !== 'certificate') return
    const { certificate } = issuingAuthority(await parts.authorities())
    if (credential.authority !== (await fingerprintOf(certificate))) session.renewNow()
  }
  return {
    keptRecordings: {
      runnerBytes: ctx.settings.recordingRunnerMb * 1024 * 1024,
      totalBytes: ctx.settings.recordingTotalMb * 1024 * 1024,
      ageMs: ctx.settings.recordingDays * 24 * 60 * 60_000,
    },
    parkScreensAfterMs: ctx.settings.parkScreensSeconds * 1000,
    reports: createAgentReports(ctx, parts),
    nodesOf: rememberNodes((runnerIds) => nodesOfRunners(ctx.db, runnerIds)),
    trespass: ({ nodeId }, event, runnerId) => {
      log.warn({ nodeId, event, runnerId }, "an agent spoke of another node's runner")
      recordTrespass(ctx, { nodeId, event, target: { type: 'runner', id: runnerId } }).catch(
        logged('a trespass could not be recorded'),
      )
    },
    renew: async (peer, csr) => {
      if (peer.credential.kind !== 'certificate')
        throw new StratavoreError('invalid_state', 'This agent has no certificate.')
      const { nodeId, credential } = peer
      const renewed = await renewCertificate(ctx, await parts.authorities(), { nodeId, serial: credential.serial, csr })
      peer.credential = { kind: 'certificate', serial: renewed.serial, authority: renewed.authority }
      return renewed.identity
    },
    joined: (session, protocol, join) => joinAgent(ctx, { nodeId: session.nodeId, protocol }, join),
    changed: (runnerIds) => {
      reconciler()?.wake(runnerIds)
      parts.budgets()?.runnersChanged()
    },
    rejoined: (session, peer) => {
      renewIfOld(session, peer).catch(logged('whose authority a certificate is of could not be judged'))
      reconciler()?.all().catch(logged('reconcile after a join failed'))
      parts.budgets()?.agentJoined(session.agentId)
      parts.agentHere()
    },
    heartbeat: (session, message) => {
      heartbeats.add(session.nodeId, message)
      if (message.refusedRecording !== undefined)
        recordings
          .heard(session.nodeId, message.refusedRecording)
          .catch(logged('a refused recording could not be told'))
      recordNodeVitals(ctx, session.nodeId, message).catch(logged('node vitals could not be written'))
    },
    output: terminals.output,
    outputSkipped: terminals.outputSkipped,
    resized: (nodeId, runnerId, size) => {
      terminals.resized(runnerId, size)
      sizes.add(runnerId, { ...size, nodeId })
    },
    disconnected: (session) => {
      if (parts.stopping()) return
      terminals.agentGone(session.nodeId)
      recordAgentDisconnected(ctx, session.agentId, 'unreachable').catch(logged('a lost agent could not be recorded'))
    },
  }
}
