import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { ownCgroup } from '@/agent/confinement/own-cgroup'

/** Where a group that can be killed as a whole can be made, tried out here and now; null where it cannot. */
export function groupToDivide(): string | null {
  const own = ownCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'))
  if (own === null) return null
  const tried = join(own, `tried-${randomUUID()}`)
  try {
    mkdirSync(tried)
  } catch {
    return null
  }
  try {
    return existsSync(join(tried, 'cgroup.kill')) ? own : null
  } finally {
    rmdirSync(tried)
  }
}
