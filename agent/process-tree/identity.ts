import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ProcessIdentity } from '@/contracts/agent-protocol/messages'
import { startTicksOf } from '@/platform/process-identity'

/** Which boot of the machine this is; pids and start times mean nothing across boots. */
export function readBootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim().slice(0, 64)
}

/** Whether the very process of `identity` is alive. A start time of 0 is unknown and never counts as alive. */
export function isAlive(identity: ProcessIdentity, bootId: string): boolean {
  if (identity.bootId !== bootId || identity.startTicks === 0) return false
  return startTicksOf(identity.pid) === identity.startTicks
}

/** Identity of a process just started or of this one; `startTicks` is 0 when it is gone already. */
export function identify(pid: number, bootId: string): ProcessIdentity {
  return { pid, startTicks: startTicksOf(pid) ?? 0, bootId }
}
