import { readFileSync } from 'node:fs'

/** Milliseconds of CPU that a process has used, all its threads together. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  // Linux counts in hundredths of a second for everybody.
  return (Number(user) + Number(system)) * 10
}
