import type { ProcessIdentity } from '@/contracts/agent-protocol/messages'
import type { RunnerConfinement } from '@/contracts/runner/confinement'
import type { ConfinementPlan } from '../confinement/plan-confinement'
import { identify } from '../process-tree/identity'
import type { ProcessEntry } from '../process-tree/process-entry'

/** Between looks at a launch that is on its way through its layers. */
const LOOK_EVERY_MS = 20
/** A launch that is still less than was planned by then is ended; a busy machine gets through its layers in a fraction of it. */
const PATIENCE_MS = 30_000

const NOT_CONFINED = 'It was killed, since it was not confined as its project asks'

export interface WatchConfinementOptions {
  root: ProcessIdentity
  plan: Pick<ConfinementPlan, 'expected' | 'hasWrapper'>
  members(): Promise<readonly ProcessEntry[]>
  measure(pid: number): Promise<RunnerConfinement | null>
  hasEnded(): boolean
  wait(ms: number): Promise<void>
  nowMs(): number
  /** The process that is, or becomes, the program. */
  onProgram(program: ProcessIdentity): void
  onMeasured(confinement: RunnerConfinement): void
  /** What its profile asks for does not hold: why it has to end, for a person. */
  onNotConfined(reason: string): void
}

/** Whether what was measured is what was planned. */
export function isAsPlanned(measured: RunnerConfinement, { expected }: Pick<ConfinementPlan, 'expected'>): boolean {
  return (
    measured.noNewPrivs === expected.noNewPrivs &&
    measured.uid === expected.uid &&
    // It joins its own before it is anything else: without sandbox and locks nothing else would tell that it has not yet.
    !(expected.ownGroup && measured.cgroup === null) &&
    measured.network !== (expected.network === 'none' ? 'host' : 'none') &&
    (measured.sandbox === null || measured.sandbox === expected.sandbox) &&
    // The last thing that a sandbox is given up for the program: while they are there it is still being built.
    !(expected.sandbox && measured.capabilities)
  )
}

/** What of the plan does not hold; null when all of it does, if only because it is confined more. Pure. */
export function whatIsMissing(
  measured: RunnerConfinement,
  { expected }: Pick<ConfinementPlan, 'expected'>,
): string | null {
  if (expected.sandbox && measured.sandbox === false) return 'it is in no sandbox'
  if (expected.sandbox && measured.capabilities) return 'it has rights of root in its sandbox'
  if (expected.network === 'none' && measured.network === 'host') return 'it has the network of the machine'
  if (expected.noNewPrivs && !measured.noNewPrivs) return 'it can gain rights'
  if (measured.uid !== expected.uid) return `it runs as the user ${measured.uid} and not as ${expected.uid}`
  return null
}

/**
 * Finds the program of a runner that has just been started, below its wrapper where it has one, and measures what
 * confines it once it has come through all layers. Returns early when the runner ends.
 */
export async function watchConfinement(options: WatchConfinementOptions): Promise<void> {
  const { root, plan, hasEnded, wait, nowMs } = options
  const giveUpAt = nowMs() + PATIENCE_MS
  let program = plan.hasWrapper ? null : root
  while (program === null && !hasEnded() && nowMs() < giveUpAt) {
    // It has one child, which becomes the program.
    const child = (await options.members()).find(({ ppid }) => ppid === root.pid)
    if (child === undefined) await wait(LOOK_EVERY_MS)
    else program = identify(child.pid, root.bootId)
  }
  if (program === null) {
    if (!hasEnded()) options.onNotConfined(`${NOT_CONFINED}: its program cannot be found in its sandbox.`)
    return
  }
  if (plan.hasWrapper) options.onProgram(program)
  for (;;) {
    const measured = await options.measure(program.pid)
    if (measured === null || hasEnded()) return
    const asPlanned = isAsPlanned(measured, plan)
    if (asPlanned || nowMs() >= giveUpAt) {
      options.onMeasured(measured)
      const missing = whatIsMissing(measured, plan)
      if (missing !== null) options.onNotConfined(`${NOT_CONFINED}: ${missing}.`)
      return
    }
    await wait(LOOK_EVERY_MS)
  }
}
