import type { ObservedRunner } from '../../core/ports/agent-commands'

/** What is done about one life of a runner. */
export type RunnerAction =
  | { kind: 'start'; runnerId: string; epoch: number; agentId: string }
  | { kind: 'stop'; runnerId: string; epoch: number; agentId: string; force: boolean; graceMs: number }
  | { kind: 'pause' | 'resume'; runnerId: string; epoch: number; agentId: string }
  | { kind: 'record-running'; runnerId: string; epoch: number; agentId: string; observed: ObservedRunner }
  | { kind: 'record-exit'; runnerId: string; epoch: number; agentId: string; observed: ObservedRunner }
  | { kind: 'record-gone'; runnerId: string; epoch: number; reason: string }
  | { kind: 'record-lost'; runnerId: string; epoch: number; reason: string }

/** A session is freed from a runner that does not hold it any more. */
export interface ReleaseLeaseAction {
  kind: 'release-lease'
  sessionId: string
  runnerId: string
}

/** A node's silence is told. */
export interface NodeLostAction {
  kind: 'record-node-lost'
  nodeId: string
  silentMs: number
}

export type ReconcileAction = RunnerAction | ReleaseLeaseAction | NodeLostAction

/** The runner an action is about; null for one about a node. */
export const runnerOf = (action: ReconcileAction): string | null => ('runnerId' in action ? action.runnerId : null)

/** The rest of what is to be said of an action, for people. */
export function describeAction(action: ReconcileAction): string {
  switch (action.kind) {
    case 'release-lease':
      return `session ${action.sessionId}`
    case 'record-node-lost':
      return `node ${action.nodeId}, silent for ${Math.round(action.silentMs / 1000)} s`
    case 'record-gone':
    case 'record-lost':
      return action.reason
    case 'stop':
      return `epoch ${action.epoch}${action.force ? ', forced' : ''}`
    default:
      return `epoch ${action.epoch}`
  }
}
