import { constants } from 'node:os'
import type { CpuLimit } from '../cpu-limit/cpu-limit'
import { endTree } from '../process-tree/end-tree'
import type { ProcessEntry } from '../process-tree/process-entry'
import type { TreeRoot } from '../process-tree/tree'
import type { ProcessEnd } from '../pty/pty-process'
import { createKillDeadline } from './kill-deadline'
import type { LaunchPlan } from './launch-plan'
import type { RunnerHost } from './runner-host'

/** What is left of a tree once its root has ended gets this long to end by itself. */
const LEFTOVER_GRACE_MS = 1_000
/** How a process that waits for another says that a signal ended it: this and the signal's number. */
const SIGNALLED = 128

export interface RunnerEndingOptions {
  runnerId: string
  root: TreeRoot
  confinement: LaunchPlan['confinement']
  /** What asks its program to end. */
  politeSignal: NodeJS.Signals
  cpuLimit: Pick<CpuLimit, 'end'>
  members(): Promise<ProcessEntry[]>
  /** Of its program, which may stand below a wrapper; null while that is not there. */
  programPid(): number | null
  /** Lets a paused tree go on, which could not end otherwise. */
  thaw(): Promise<void>
  host: Pick<RunnerHost, 'trees' | 'signal' | 'onProblem'>
}

/** How a runner comes to its end, asked to or by itself. */
export interface RunnerEnding {
  /** Asks its program to end, and kills the tree after `graceMs`; at once when forced. Returns at once. */
  stop(force: boolean, graceMs: number): void
  /** Ends the tree at once, with a reason that is no request's. */
  kill(why: string): void
  /** Why it was ended; null when nobody asked for it. */
  reason(): string | null
  /** The root process has ended: what it left is ended too. */
  rootEnded(): void
  hasRootEnded(): boolean
  /** How its program ended, from how its root process did. */
  ofProgram(root: ProcessEnd): ProcessEnd
  /** Resolves when nothing is left of it, or what is left cannot be ended, which is told. */
  nothingLeft(): Promise<void>
}

/** Its own control group also holds what has left its tree without a trace. */
export async function endGroup(
  { cgroup }: Pick<LaunchPlan['confinement'], 'cgroup'>,
  onProblem: RunnerHost['onProblem'],
): Promise<void> {
  const done = await cgroup?.end().catch((error: unknown) => error)
  if (done !== undefined && done !== true) onProblem('the control group of an ended runner cannot be removed', done)
}

export function createRunnerEnding(options: RunnerEndingOptions): RunnerEnding {
  const { runnerId, root, confinement, politeSignal, cpuLimit, members, programPid, thaw, host } = options
  const { signal, trees, onProblem } = host
  let hasRootEnded = false
  let reason: string | null = null
  let wasAsked = false
  let isKilling = false
  let treeEnded: Promise<boolean> = Promise.resolve(true)

  const endRest = (graceMs: number): Promise<boolean> => endTree({ runnerId, root, graceMs, trees, signal })

  function kill(why: string): void {
    if (hasRootEnded || isKilling) return
    reason = why
    isKilling = true
    void cpuLimit.end()
    endRest(0)
      .then(
        (done) => done || onProblem('a process cannot be killed', runnerId),
        (error: unknown) => onProblem('a runner cannot be killed', error),
      )
      .finally(() => {
        // A later stop may try again.
        isKilling = false
      })
  }

  const killDeadline = createKillDeadline((graceMs) =>
    kill(`It did not end within ${Math.round(graceMs / 100) / 10} s and was killed.`),
  )

  /** The provider's polite exit, to the process group of the root and of its program. */
  async function ask(): Promise<void> {
    await cpuLimit.end()
    for (const member of await members())
      if (member.pgid === root.pid || member.pgid === programPid()) signal(member, politeSignal)
    await thaw()
  }

  return {
    stop(force, graceMs) {
      if (hasRootEnded) return
      if (force || graceMs === 0) return kill('It was killed on request.')
      killDeadline.within(graceMs)
      reason ??= 'It was stopped on request.'
      // Once: repeated, some programs take it for something else, and a repeated stop is only a reminder.
      if (wasAsked) return
      wasAsked = true
      ask().catch((error: unknown) => onProblem('a runner cannot be asked to end', error))
    },
    kill,
    reason: () => reason,
    rootEnded() {
      hasRootEnded = true
      killDeadline.clear()
      void cpuLimit.end()
      treeEnded = endRest(LEFTOVER_GRACE_MS).catch((error: unknown) => {
        onProblem('what an ended runner left cannot be looked for', error)
        return false
      })
    },
    hasRootEnded: () => hasRootEnded,
    ofProgram(end) {
      // A wrapper can only say by a number that its program ended by a signal: by ours, after all, where we sent it.
      const isOurs = end.exitCode === SIGNALLED + constants.signals[politeSignal]
      return confinement.hasWrapper && wasAsked && isOurs ? { exitCode: null, signal: politeSignal } : end
    },
    async nothingLeft() {
      if (!(await treeEnded)) onProblem('a process of an ended runner cannot be killed', runnerId)
      await endGroup(confinement, onProblem)
    },
  }
}
