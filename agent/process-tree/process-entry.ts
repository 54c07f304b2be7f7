/** One process as a scan of the system saw it. */
export interface ProcessEntry {
  pid: number
  ppid: number
  /** Process group. */
  pgid: number
  /** Session, in the sense of setsid(2). */
  sid: number
  /** State letter of ps(1): R, S, D, T (stopped), Z (zombie) ... */
  state: string
  /** Foreground process group of its terminal; -1 without one. */
  foregroundGroup: number
  /** Start time in clock ticks since boot; with the boot id it tells a reused pid apart. */
  startTicks: number
  /** User plus system time, in clock ticks. */
  cpuTicks: number
  /** The same of its children that have ended and were waited for, and of theirs; 0 where the system does not tell. */
  childCpuTicks: number
  residentBytes: number
}

/** Ended but not yet waited for: nothing is left to signal. */
export const isZombie = (entry: ProcessEntry): boolean => entry.state === 'Z' || entry.state === 'X'

/** Stopped by SIGSTOP and its kind. */
export const isStopped = (entry: ProcessEntry): boolean => entry.state === 'T' || entry.state === 't'
