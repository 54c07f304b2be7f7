import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { parseStat } from './parse-stat'
import { isZombie, type ProcessEntry } from './process-entry'
import { scanDarwin } from './scan-darwin'

/** Page size of every Linux that Node 20 is built for, but for rare 64 KB arm64 kernels (memory is then under-reported). */
const PAGE_BYTES = 4096
/** Files read at once: the thread pool has four threads, more would only queue. */
const PARALLEL_READS = 32

async function readEntry(pid: string): Promise<ProcessEntry | null> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'), PAGE_BYTES)
  } catch {
    // It ended between readdir and now.
    return null
  }
}

async function scanLinux(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found: ProcessEntry[] = []
  for (let index = 0; index < pids.length; index += PARALLEL_READS) {
    const entries = await Promise.all(pids.slice(index, index + PARALLEL_READS).map(readEntry))
    for (const entry of entries) if (entry !== null) found.push(entry)
  }
  return found
}

/** Every process of the machine, in one pass that yields to the event loop. */
export const scanProcesses = (): Promise<ProcessEntry[]> => (process.platform === 'linux' ? scanLinux() : scanDarwin())

/** Whether `readAgain` works here. */
export const canReadAgain = process.platform === 'linux'

/**
 * The same processes as they are now, without those that have ended. At once and without yielding: for the few of one
 * tree, of which a look costs less than asking for it later. See `canReadAgain`.
 */
export const readAgain = (known: readonly ProcessEntry[]): ProcessEntry[] =>
  known.flatMap(({ pid, startTicks }) => {
    try {
      const entry = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), PAGE_BYTES)
      return entry !== null && entry.startTicks === startTicks && !isZombie(entry) ? [entry] : []
    } catch {
      // It has ended.
      return []
    }
  })

/** Value of one variable in a process' environment; null when unset, unreadable or gone. Linux only. */
export async function readVariable(pid: number, name: string): Promise<string | null> {
  if (process.platform !== 'linux') return null
  try {
    const environment = `\0${await readFile(`/proc/${pid}/environ`, 'latin1')}`
    const start = environment.indexOf(`\0${name}=`)
    if (start < 0) return null
    const valueStart = start + name.length + 2
    const end = environment.indexOf('\0', valueStart)
    return environment.slice(valueStart, end < 0 ? undefined : end)
  } catch {
    // EACCES: another user's process, which no runner of ours can be. ENOENT, ESRCH: gone.
    return null
  }
}
