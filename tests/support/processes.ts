import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A live process, as /proc tells. */
export interface ProcessEntry {
  pid: number
  ppid: number
  command: string
}

function read(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie is over; it waits for its parent only.
    if (state === 'Z' || state === 'X') return undefined
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { pid, ppid: Number(ppid), command }
  } catch {
    return undefined // It ended while we looked.
  }
}

/** All live processes of this machine. */
export function allProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? [])
}

/** Whether a process with this pid lives (zombies do not). */
export const isAlive = (pid: number): boolean => read(pid) !== undefined

function mentions(pid: number, text: string): boolean {
  const look = (file: string): string => {
    try {
      return file === 'cwd' ? readlinkSync(`/proc/${pid}/${file}`) : readFileSync(`/proc/${pid}/${file}`, 'latin1')
    } catch {
      return '' // It ended, or is a kernel thread.
    }
  }
  return ['cmdline', 'environ', 'cwd'].some((file) => look(file).includes(text))
}

/** Processes that belong to `home`: those that name it in arguments or environment or stand in it, and their children. */
export function processesOf(home: string): ProcessEntry[] {
  const all = allProcesses().filter(({ pid }) => pid !== process.pid)
  const found = new Map(all.filter(({ pid }) => mentions(pid, home)).map((entry) => [entry.pid, entry]))
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, ppid }) => !found.has(pid) && found.has(ppid))
    for (const child of children) found.set(child.pid, child)
    grown = children.length > 0
  }
  return [...found.values()]
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
