import { readFile, readlink } from 'node:fs/promises'
import type { RunnerConfinement } from '@/contracts/runner/confinement'

/** A namespace of a process; null when the system does not tell. */
const namespaceOf = (pid: number | 'self', kind: string): Promise<string | null> =>
  readlink(`/proc/${pid}/ns/${kind}`).catch(() => null)

/** Whether both are in different ones; null when that cannot be told. */
async function isApart(pid: number, kind: string): Promise<boolean | null> {
  const [its, ours] = await Promise.all([namespaceOf(pid, kind), namespaceOf('self', kind)])
  return its === null || ours === null ? null : its !== ours
}

/** Line `name` of /proc/PID/status. */
const field = (status: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? ''

async function cgroupOf(pid: number | 'self'): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  return /^0::(.*)$/m.exec(text)?.[1] ?? null
}

/** What confines a running process, from what the kernel says of it; null when it is gone, or not on Linux. */
export async function measureConfinement(
  pid: number,
  userName: (uid: number) => Promise<string | null>,
): Promise<RunnerConfinement | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
  if (status === null || process.platform !== 'linux') return null
  const uid = Number(field(status, 'Uid').split(/\s+/)[1])
  const [files, network, its, ours, user] = await Promise.all([
    isApart(pid, 'mnt'),
    isApart(pid, 'net'),
    cgroupOf(pid),
    cgroupOf('self'),
    userName(uid),
  ])
  return {
    sandbox: files,
    network: network === null ? null : network ? 'none' : 'host',
    noNewPrivs: field(status, 'NoNewPrivs') === '1',
    uid,
    user,
    otherUser: uid !== process.getuid?.(),
    capabilities: !/^0*$/.test(field(status, 'CapEff')),
    cgroup: its !== null && its !== ours ? its : null,
  }
}
