import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { CLOCK_TICKS_PER_SECOND } from './parse-stat'
import type { ProcessEntry } from './process-entry'

const run = promisify(execFile)
/** `ps` of a machine with thousands of processes stays far below. */
const MAX_PS_BYTES = 16 * 1024 * 1024

/** Dates in English; the web framework's types would have NODE_ENV in every environment. */
const PS_ENVIRONMENT = { LC_ALL: 'C' } as unknown as NodeJS.ProcessEnv

/** `[[dd-]hh:]mm:ss.cc` of ps(1) as seconds. */
export function parseCpuTime(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text]
  const seconds = (clock ?? '0').split(':').reduce((total, part) => total * 60 + Number(part), 0)
  return Number(days) * 86_400 + seconds
}

/** One line of `ps -o pid,ppid,pgid,sess,stat,time,rss,lstart`; null when it is not one. */
export function parsePsLine(line: string): ProcessEntry | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S)\S*\s+(\S+)\s+(\d+)\s+(.+)$/.exec(line)
  if (match === null) return null
  const [, pid, ppid, pgid, session, state, time, rss, started] = match
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    // macOS prints a kernel address here; it tells sessions apart only when numeric.
    sid: Number(session) || 0,
    state: state ?? '?',
    foregroundGroup: -1,
    cpuTicks: Math.round(parseCpuTime(time ?? '0') * CLOCK_TICKS_PER_SECOND),
    childCpuTicks: 0,
    residentBytes: Number(rss) * 1024,
    startTicks: Math.round(Date.parse(started ?? '') / 1000) || 0,
  }
}

/** All processes of a macOS machine by one `ps`. Start times are seconds since 1970 there. */
export async function scanDarwin(): Promise<ProcessEntry[]> {
  const columns = 'pid=,ppid=,pgid=,sess=,stat=,time=,rss=,lstart='
  const { stdout } = await run('ps', ['-A', '-o', columns], { maxBuffer: MAX_PS_BYTES, env: PS_ENVIRONMENT })
  return stdout.split('\n').flatMap((line) => parsePsLine(line) ?? [])
}
