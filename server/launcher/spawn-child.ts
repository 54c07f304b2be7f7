import { spawn } from 'node:child_process'
import { childMessage } from '@/contracts/supervision/messages'
import type { StartChild } from './child'
import type { ChildLog } from './child-log'

export interface ChildProgram {
  /** The bundle to run with this Node. */
  script: string
  args?: readonly string[]
  env: NodeJS.ProcessEnv
  cwd: string
}

/** Deprecations inside libraries (Prisma's use of pg) are for us to read, not for who runs Stratavore. */
const NODE_FLAGS = ['--no-deprecation']

/** Starts children as real processes with an IPC channel, their output going to `log`. */
export function spawnChild(program: ChildProgram, log: ChildLog): StartChild {
  return (listener) => {
    const child = spawn(process.execPath, [...NODE_FLAGS, program.script, ...(program.args ?? [])], {
      cwd: program.cwd,
      env: program.env,
      // A group of its own: Ctrl-C in our terminal reaches us, and we stop the parts in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let failure: string | undefined
    child.stdout?.on('data', (chunk: Buffer) => log.write(chunk, 'stdout'))
    child.stderr?.on('data', (chunk: Buffer) => log.write(chunk, 'stderr'))
    child.on('message', (message) => {
      const known = childMessage.safeParse(message)
      if (known.success) listener.message(known.data)
    })
    child.on('error', (error) => {
      // Without a pid it never started and no exit follows; other errors are failed kills and sends.
      failure = error.message
      if (child.pid === undefined) listener.exited(failure)
    })
    // Not 'close': a detached grandchild that kept our pipe would hold that back for ever.
    child.on('exit', (code, signal) => {
      if (child.pid !== undefined) listener.exited(signal ?? `exit code ${code}`)
    })
    return {
      pid: child.pid ?? 0,
      kill: (signal) => {
        child.kill(signal)
      },
      send: (message) => {
        if (child.connected) child.send(message, () => undefined)
      },
    }
  }
}
