import type { ProcessEntry } from './process-entry'

/** USER_HZ: fixed at 100 in the Linux ABI on every architecture Node runs on. */
export const CLOCK_TICKS_PER_SECOND = 100

/**
 * Reads one line of /proc/PID/stat. `pageBytes` is the size of a memory page.
 * Null when it is not such a line. The program's name may hold spaces and parentheses: fields count from the last `)`.
 */
export function parseStat(line: string, pageBytes: number): ProcessEntry | null {
  const nameEnd = line.lastIndexOf(')')
  const pid = Number.parseInt(line, 10)
  if (nameEnd < 0 || !Number.isInteger(pid)) return null
  const fields = line.slice(nameEnd + 2).split(' ')
  // fields[0] is field 3 of proc(5).
  const number = (field: number): number => Number(fields[field - 3])
  const entry: ProcessEntry = {
    pid,
    state: fields[0] ?? '?',
    ppid: number(4),
    pgid: number(5),
    sid: number(6),
    foregroundGroup: number(8),
    cpuTicks: number(14) + number(15),
    childCpuTicks: number(16) + number(17),
    startTicks: number(22),
    residentBytes: number(24) * pageBytes,
  }
  return Number.isFinite(entry.startTicks) && Number.isFinite(entry.residentBytes) ? entry : null
}
