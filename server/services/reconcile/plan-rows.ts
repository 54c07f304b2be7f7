import type { RunnerStatus } from '@/contracts/runner/status'
import { isEnded } from '@/contracts/runner/status'
import type { NodeLostAction, ReleaseLeaseAction } from './reconcile-action'

/** A session's lease and the runner that holds it. */
export interface HeldLease {
  sessionId: string
  runnerId: string
  runnerStatus: RunnerStatus
  /** The session the runner itself says it holds. */
  runnerSessionId: string | null
}

/** Frees leases whose holder has ended or holds another session: nobody else would. Pure. */
export const planLeases = (leases: readonly HeldLease[]): ReleaseLeaseAction[] =>
  leases
    .filter((lease) => isEnded(lease.runnerStatus) || lease.runnerSessionId !== lease.sessionId)
    .map(({ sessionId, runnerId }) => ({ kind: 'release-lease', sessionId, runnerId }))

/** A node as far as its silence matters. */
export interface WatchedNode {
  id: string
  /** Its silence was told already. */
  lostAt: Date | null
  removedAt: Date | null
  lastSeenAt: Date | null
}

/** Tells of each node that went silent, once per silence. One that was never heard or was removed is not missed. Pure. */
export const planNodes = (
  nodes: readonly WatchedNode[],
  seen: { agentOfNode: ReadonlyMap<string, string>; silentMs: ReadonlyMap<string, number>; ttlMs: number },
): NodeLostAction[] =>
  nodes.flatMap((node) => {
    const silentMs = seen.silentMs.get(node.id) ?? 0
    const missed = node.lastSeenAt !== null && node.removedAt === null && node.lostAt === null
    if (!missed || seen.agentOfNode.has(node.id) || silentMs <= seen.ttlMs) return []
    return [{ kind: 'record-node-lost', nodeId: node.id, silentMs }]
  })
