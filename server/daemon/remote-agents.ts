import type { Logger } from 'pino'
import { homePaths } from '@/config/paths'
import { fingerprintOf } from '../core/certificates/authority'
import { type AuthoritySet, trustedAt } from '../core/certificates/authority-set'
import { StratavoreError } from '../core/errors'
import type { AgentNamespace, IdentifyAgent } from '../gateways/agent/agent-gateway'
import type { AgentRegistry } from '../gateways/agent/agent-registry'
import { ensureAuthorities, readAuthorities } from '../services/certificates/authorities-file'
import { agentServerNames } from '../services/node/agent-addresses'
import { authenticateCertificate, revokedSerials } from '../services/node/agent-credentials'
import { enrolNode } from '../services/node/enrol-node'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { certificateOf, listenForAgents } from './agent-listener'
import { createEnrolmentEndpoint } from './enrolment-endpoint'

export interface RemoteAgents {
  namespace: AgentNamespace
  identify: IdentifyAgent
  /**
   * Looks whether the authorities were rotated: then the listener goes by the new ones, and agents renew at once. Looks
   * which certificates are revoked, too.
   */
  refresh(agents: AgentRegistry): Promise<void>
  /** Fingerprints of the authorities that are trusted now. */
  trusted(): Promise<string[]>
  close(): Promise<void>
}

/** Opens the door for agents of other machines, where the settings have one. */
export async function openToRemoteAgents(
  ctx: ReconcileContext,
  maxFrameBytes: number,
  log: Logger,
): Promise<RemoteAgents | null> {
  const { agentPort: port, agentHost: host, home } = ctx.settings
  if (port === undefined) return null
  const path = homePaths(home).agentAuthorities
  let known = await ensureAuthorities(path, ctx.clock.now())
  let revoked: ReadonlySet<string> = new Set()
  const onRequest = createEnrolmentEndpoint(
    async (request, from) => enrolNode(ctx, await readAuthorities(path), request, from),
    log,
  )
  const names = agentServerNames(ctx.settings)
  const { now } = ctx.clock
  const listener = await listenForAgents(
    {
      ...{ host, port, names, maxFrameBytes, now, log },
      isRevoked: (serial) => revoked.has(serial),
      onRequest: (request, response) => void onRequest(request, response),
    },
    known,
  )
  log.info({ host, port, names }, 'takes agents of other machines')
  const trusted = async (): Promise<string[]> => {
    // As they are now: one that signed a moment ago is trusted. A damaged file must not keep the others from being judged.
    const current = await readAuthorities(path).catch(() => known)
    return Promise.all(trustedAt(current, now()).map(({ certificate }) => fingerprintOf(certificate)))
  }
  const newest = (set: AuthoritySet) => set.at(-1)?.certificate
  async function lookAtAuthorities(agents: AgentRegistry): Promise<void> {
    const current = await readAuthorities(path)
    await listener.use(current)
    if (newest(current) !== newest(known)) for (const session of agents.all()) session.renewNow()
    known = current
  }
  async function lookAtRevoked(): Promise<void> {
    revoked = await revokedSerials(ctx)
  }
  return {
    namespace: listener.namespace,
    identify: async ({ nodeId: claimed }, request) => {
      const shown = certificateOf(request)
      if (claimed !== shown.nodeId)
        throw new StratavoreError('unauthenticated', 'This certificate is for another node.')
      return authenticateCertificate(ctx, shown, await trusted())
    },
    trusted,
    refresh: async (agents) => {
      await Promise.all([lookAtAuthorities(agents), lookAtRevoked()])
    },
    close: listener.close,
  }
}
