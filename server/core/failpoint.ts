import { readFileSync, rmSync } from 'node:fs'

/** Environment variable naming the file that says at which failpoint to die. Only tests set it: it is no setting. */
export const FAILPOINT_VARIABLE = 'SV_FAILPOINT_FILE'

/** Moments in a launch at which a process may die; each has a test of what comes of it. */
export const failpoints = [
  'launch.before-insert',
  'launch.before-commit',
  'launch.after-commit',
  'start.before-spawn',
  'start.after-spawn',
  'start.after-record',
] as const
export type Failpoint = (typeof failpoints)[number]

/** Passes a moment: usually without a trace. */
export type ReachFailpoint = (name: Failpoint) => void

/**
 * A process that dies, as by `kill -9`, when it reaches the failpoint that stands in `file`; once, since the file is
 * removed first. Undefined, as ever but in tests, when no file is named.
 */
export function armFailpoints(file: string | undefined): ReachFailpoint | undefined {
  if (file === undefined) return undefined
  return (name) => {
    if (readArmed(file) !== name) return
    rmSync(file)
    process.kill(process.pid, 'SIGKILL')
    // The signal is on its way; nothing more must happen here.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
  }
}

function readArmed(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null // Nothing is armed.
  }
}
