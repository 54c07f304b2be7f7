import { createHash } from 'node:crypto'
import { mkdirSync, rmdirSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ownCgroup } from './own-cgroup'

/** A killed process leaves its group within moments; one in uninterruptible sleep may take longer than is waited for. */
const MAX_EMPTY_LOOKS = 100
const LOOK_EVERY_MS = 20

/** The control group of one runner's life. */
export interface RunnerCgroup {
  /** A process that writes its pid here is in it, with all that it starts from then on. */
  procsFile: string
  /** Kills whatever is still in it and removes it. Resolves false when something cannot be killed. */
  end(): Promise<boolean>
}

/** A control group for each runner, where the system lets this agent make them. */
export interface RunnerCgroups {
  /** Null where there are none. */
  open(runnerId: string, epoch: number): Promise<RunnerCgroup | null>
  /** Ends those that an earlier agent of the same directory left. */
  endLeft(): Promise<void>
  close(): void
}

const NONE: RunnerCgroups = { open: async () => null, endLeft: async () => {}, close: () => {} }

async function isEmpty(group: string): Promise<boolean> {
  return /^populated 0$/m.test(await readFile(join(group, 'cgroup.events'), 'utf8'))
}

async function endGroup(group: string): Promise<boolean> {
  await writeFile(join(group, 'cgroup.kill'), '1')
  for (let look = 0; look < MAX_EMPTY_LOOKS; look += 1) {
    if (await isEmpty(group)) {
      // What it made within its own group, being allowed to.
      for (const entry of await readdir(group, { withFileTypes: true }))
        if (entry.isDirectory()) await rmdir(join(group, entry.name))
      await rmdir(group)
      return true
    }
    await delay(LOOK_EVERY_MS)
  }
  return false
}

/**
 * Control groups below the one that this process is in: version 2, and delegated to it (a systemd scope with
 * `Delegate=yes`, or root). `agentDir` tells the groups of several agents apart.
 */
export async function openRunnerCgroups(
  agentDir: string,
  onProblem: (message: string, detail: unknown) => void,
): Promise<RunnerCgroups> {
  const read = (name: string) => readFile(`/proc/self/${name}`, 'utf8').catch(() => '')
  const own = ownCgroup(await read('mountinfo'), await read('cgroup'))
  if (own === null) return NONE
  const base = join(own, `stratavore-${createHash('sha256').update(agentDir).digest('hex').slice(0, 12)}`)
  try {
    mkdirSync(base, { recursive: true })
    // Kernels before 5.14 cannot kill a group as a whole.
    await readFile(join(base, 'cgroup.events'))
    if (!(await readdir(base)).includes('cgroup.kill')) throw new Error('cgroup.kill is not there')
  } catch {
    // Not ours to divide: the usual case outside a delegated scope.
    return NONE
  }
  const groupOf = (name: string): RunnerCgroup => {
    const group = join(base, name)
    return { procsFile: join(group, 'cgroup.procs'), end: () => endGroup(group) }
  }
  return {
    async open(runnerId, epoch) {
      const name = `${runnerId}.${epoch}`
      try {
        // It may be there already: a launch that is tried again is the same life.
        await mkdir(join(base, name), { recursive: true })
        return groupOf(name)
      } catch (error) {
        onProblem('a control group for a runner cannot be made', error)
        return null
      }
    },
    async endLeft() {
      const left = (await readdir(base, { withFileTypes: true })).filter((entry) => entry.isDirectory())
      for (const { name } of left) {
        const ended = await groupOf(name)
          .end()
          .catch((error: unknown) => error)
        if (ended !== true) onProblem('a control group left by an earlier agent cannot be removed', ended)
      }
    },
    close() {
      try {
        rmdirSync(base)
      } catch (error) {
        // Something cannot be killed: the next agent tries again.
        onProblem('the control group of the runners cannot be removed', error)
      }
    },
  }
}
