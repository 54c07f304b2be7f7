import { isAlive } from './identity'
import type { ProcessEntry } from './process-entry'

/** Sends one signal to exactly the process that was seen; injected so that tests see what is sent. */
export type SignalProcess = (entry: Pick<ProcessEntry, 'pid' | 'startTicks'>, signal: NodeJS.Signals) => boolean

/** True for "no such process", which a signal may meet at any time. */
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ESRCH'

/** Signals processes of this boot after checking once more that the pid still is the process that was seen. */
export function createSignaller(bootId: string): SignalProcess {
  return (entry, signal) => {
    if (!isAlive({ pid: entry.pid, startTicks: entry.startTicks, bootId }, bootId)) return false
    try {
      process.kill(entry.pid, signal)
      return true
    } catch (error) {
      if (isGone(error)) return false
      throw error
    }
  }
}
