import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that cannot be confused with a later one of the same pid. */
export interface ProcessRecord {
  pid: number
  /** When it started: ticks since boot on Linux (field 22 of /proc/pid/stat), Unix seconds on macOS. */
  startTicks: number
}

// The second field is the name in brackets, which may hold blanks and brackets itself.
function linuxStartTicks(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent's asking is missing.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19])
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return null
    throw error
  }
}

/** Dates in English; the web framework's types would have NODE_ENV in every environment. */
const PS_ENVIRONMENT = { LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv

function psStartSeconds(pid: number): number | null {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: PS_ENVIRONMENT,
    }).trim()
    return started === '' ? null : Math.round(Date.parse(started) / 1000)
  } catch {
    // ps exits with 1 when there is no such process.
    return null
  }
}

/** When `pid` was started; null when no such process lives. */
export const startTicksOf = (pid: number): number | null =>
  process.platform === 'linux' ? linuxStartTicks(pid) : psStartSeconds(pid)

/** Whether the very process of the record lives. */
export const isSameProcess = (record: ProcessRecord): boolean => startTicksOf(record.pid) === record.startTicks
