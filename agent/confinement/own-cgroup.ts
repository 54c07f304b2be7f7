import { join } from 'node:path'

/** Spaces and the like in mountinfo, as octal. */
const plainPath = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * The directory of the control group (version 2) that a process is in; null where there is none. `mountinfo` and `cgroup`
 * are what /proc/PID/mountinfo and /proc/PID/cgroup hold. Pure.
 */
export function ownCgroup(mountinfo: string, cgroup: string): string | null {
  const path = /^0::(\/.*)$/m.exec(cgroup)?.[1]
  if (path === undefined) return null
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    if (!after.startsWith('cgroup2 ')) continue
    const [, , , root = '/', mountPoint = ''] = before.split(' ')
    // In a container the mount may begin at the container's own group.
    if (root !== '/' && path !== root && !path.startsWith(`${root}/`)) continue
    return join(plainPath(mountPoint), root === '/' ? path : path.slice(root.length))
  }
  return null
}
