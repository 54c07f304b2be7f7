import type { ProcessIdentity } from '@/contracts/agent-protocol/messages'
import { startTicksOf } from '@/platform/process-identity'

/** Whether the very process of `identity` is alive. A start time of 0 is unknown and never counts as alive. */
export function isAlive(identity: ProcessIdentity, bootId: string): boolean {
  if (identity.bootId !== bootId || identity.startTicks === 0) return false
  return startTicksOf(identity.pid) === identity.startTicks
}

/** Identity of a process just started or of this one; `startTicks` is 0 when it is gone already. */
export function identify(pid: number, bootId: string): ProcessIdentity {
  return { pid, startTicks: startTicksOf(pid) ?? 0, bootId }
}
