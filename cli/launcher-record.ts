import { readFileSync } from 'node:fs'
import { homePaths } from '@/config/paths'
import { type LauncherState, launcherState } from '@/contracts/supervision/messages'

/** Field 22 of /proc/pid/stat, the time a process started; null when there is none, 0 where it cannot be known. */
export function startTicksOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name stands in parentheses and may hold blanks and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie is gone but for its parent's asking.
    return fields[0] === 'Z' ? null : Number(fields[19])
  } catch {
    return process.platform === 'linux' ? null : answersSignals(pid) ? 0 : null
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether the very process of the record is alive (not another that got its pid). */
export function isAlive(record: LauncherState): boolean {
  const ticks = startTicksOf(record.pid)
  return ticks !== null && (record.startTicks === 0 || ticks === 0 || ticks === record.startTicks)
}

/** The record of the launcher that runs `home`; null when there is none or its process is gone. */
export function readLauncherRecord(home: string): LauncherState | null {
  let text: string
  try {
    text = readFileSync(homePaths(home).launcherState, 'utf8')
  } catch {
    return null
  }
  const parsed = launcherState.safeParse(parseJson(text))
  return parsed.success && isAlive(parsed.data) ? parsed.data : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Written by an interrupted launcher: as good as none.
    return null
  }
}
