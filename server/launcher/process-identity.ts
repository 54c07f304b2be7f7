import { readFileSync } from 'node:fs'

/**
 * Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot. 0 where there is no /proc or no
 * such process. Together with the pid it tells a process from a later one with the same pid.
 */
export function startTicksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets, which may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[19] ?? 0)
  } catch {
    return 0
  }
}

/** Whether a process with this pid exists. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether the very process that was recorded still lives. */
export function isSameProcess(record: { pid: number; startTicks: number }): boolean {
  return pidExists(record.pid) && startTicksOf(record.pid) === record.startTicks
}
