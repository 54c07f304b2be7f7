import { basename } from 'node:path'
import type {
  HeldRunner,
  InputReply,
  ProcessIdentity,
  RunnerExit,
  RunnerInput,
  StartRunner,
  WatchReply,
} from '@/contracts/agent-protocol/messages'
import type { MarkerKind } from '@/contracts/recording/recording'
import { secretsOf } from '@/contracts/redaction/known-secrets'
import { createCpuLimit } from '../cpu-limit/cpu-limit'
import { lifeOf, type SampleTarget } from '../observer/protocol'
import { identify } from '../process-tree/identity'
import { readAgain } from '../process-tree/scan'
import type { TreeRoot } from '../process-tree/tree'
import type { Provider } from '../providers/provider'
import { type ProcessEnd, type PtyProcess, spawnPty } from '../pty/pty-process'
import type { LaunchPlan } from './launch-plan'
import { createObservedOutput } from './observed-output'
import { createRunnerEnding, endGroup } from './runner-ending'
import { Refused, type RunnerHost } from './runner-host'
import type { RunnerRecord } from './runner-records'
import { startOfWatch } from './start-watch'
import { createInputTaker } from './take-input'
import { createTreePause } from './tree-pause'
import { createWatch } from './watch'
import { watchConfinement } from './watch-confinement'

/** Typed text waits for the first output this long: a program that prints nothing still gets its prompt. */
const TYPE_ANYWAY_AFTER_MS = 1_000

export interface LiveRunner {
  epoch: number
  process: ProcessIdentity
  /** What is typed is part of its recording. */
  recordsInput: boolean
  describe(): HeldRunner
  sampleTarget(): SampleTarget | null
  /** Its program runs, and nobody has asked for its end. */
  goesOn(): boolean
  /** How its program takes a prompt. Throws Refused when it has ended. */
  prompting(): Provider['prompting']
  input(message: RunnerInput): Promise<InputReply>
  resize(cols: number, rows: number): void
  pause(): Promise<void>
  resume(): Promise<void>
  /** Holds its tree to so much of the CPU, 100 is one core; null: to nothing. Throws Refused when it has ended. */
  limitCpu(percent: number | null): void
  /** What it is held to. */
  cpuLimit(): number | null
  /** Returns at once; the end is reported when it has come. */
  stop(force: boolean, graceMs: number): void
  /** Calls `reply` and streams on from there, with nothing in between. */
  watch(from: number | null, reply: (reply: WatchReply) => void): Promise<void>
  ackOutput(offset: number): void
  unwatch(): void
  taken(end: number): void
  /** Resolves when the observer has been handed all output so far. */
  outputCaughtUp(): Promise<void>
  answer(data: Buffer): void
  /** Notes in the recording what happened, after all output so far. */
  mark(kind: MarkerKind, label: string): void
  observerRestarted(): Promise<void>
  /** Resolves when it has ended and its end is recorded. */
  ended: Promise<void>
}

/**
 * Starts a runner and supervises it. One function changes its state:
 *
 *   running <-> paused      by SIGSTOP and SIGCONT to the whole tree
 *   running|paused -> exited  once the root ended, the rest of its tree is ended and every byte is read
 */
export async function startLiveRunner(host: RunnerHost, request: StartRunner, plan: LaunchPlan): Promise<LiveRunner> {
  const { runnerId, epoch } = request
  const provider = host.providers[request.provider]
  const { confinement } = plan
  const life = lifeOf(runnerId, epoch)
  const startedAt = host.now()
  const record = { version: 1, runnerId, epoch, provider: request.provider, cwd: request.cwd, startedAt } as const
  await host.records.write({ ...record, state: 'starting', process: null, exit: null })

  let size = { cols: request.cols, rows: request.rows }
  let exit: RunnerExit | null = null
  let pty: PtyProcess | null = null
  let typed = plan.typed
  let onEnded: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve
  })

  const recorded = {
    title: `${provider.displayName} in ${basename(request.cwd)}`,
    secrets: secretsOf(plan.command.env, request.env),
  }
  host.secrets.add(recorded.secrets)
  const output = createObservedOutput({
    life,
    observer: host.observer,
    size,
    recorded,
    hold: () => pty?.hold('observer'),
    release: () => pty?.release('observer'),
  })
  const watch = createWatch({
    sendOutput: (offset, data) => host.events.output(runnerId, offset, data),
    sendSkipped: () => host.events.outputSkipped(runnerId),
    hold: () => pty?.hold('watch'),
    release: () => pty?.release('watch'),
    yields: () => host.typing.elsewhere(runnerId),
    now: () => performance.now(),
  })
  /** Output from here on was printed for the present size. */
  let sizeSince = 0

  const mark = (kind: MarkerKind, label: string): void => {
    output.flush()
    host.observer.notify({ type: 'mark', life, kind, label })
  }

  const stateNow = (): HeldRunner['state'] => (exit !== null ? 'exited' : treePause.isPaused() ? 'paused' : 'running')

  const save = (changes: Partial<RunnerRecord>): Promise<void> =>
    host.records
      .write({ ...record, state: stateNow(), process: identity, exit, ...changes })
      .catch((error: unknown) => host.onProblem('a runner record cannot be written', error))

  const typeInitialInput = (): void => {
    if (typed !== null) void pty?.write(Buffer.from(typed))
    typed = null
  }

  async function onClosed(seen: ProcessEnd): Promise<void> {
    const end = runnerEnding.ofProgram(seen)
    await runnerEnding.nothingLeft()
    const ending = end.signal === null ? `ended with exit code ${end.exitCode}` : `ended by ${end.signal}`
    const lastLines = await output.finish(ending)
    exit = { ...end, reason: runnerEnding.reason(), lastLines, outputEnd: output.tail.end(), at: host.now() }
    await save({})
    await watch.drained()
    host.programs.left(runnerId, epoch, lastLines)
    host.events.exited(runnerId, epoch, exit)
    onEnded()
  }

  output.open()
  pty = await host
    .spawnQueue(() =>
      spawnPty(host.pty, plan.command, {
        onData(chunk) {
          const offset = output.tail.end()
          output.append(chunk)
          watch.onOutput(offset, chunk)
          if (typed !== null) typeInitialInput()
        },
        onRootEnd: () => runnerEnding.rootEnded(),
        onClosed: (end) => void onClosed(end),
      }),
    )
    .catch(async (error: unknown) => {
      await host.records.remove(runnerId)
      await endGroup(confinement, host.onProblem)
      throw new Refused(
        'spawn_failed',
        `The program cannot be started: ${error instanceof Error ? error.message : error}`,
      )
    })
  const terminal = pty
  const identity = identify(terminal.pid, host.bootId)
  const root: TreeRoot = { pid: identity.pid, startTicks: identity.startTicks, witnessed: true }
  const membersNow = async () => (await host.trees.find(new Map([[runnerId, root]]))).get(runnerId) ?? []
  const cpuLimit = createCpuLimit({
    find: membersNow,
    readAgain,
    signal: host.signal,
    wait: host.wait,
    nowMs: host.monotonicMs,
    onProblem: host.onProblem,
  })
  const requireAlive = (): void => {
    if (runnerEnding.hasRootEnded()) throw new Refused('not_running', 'The runner has ended.')
  }
  const treePause = createTreePause({
    freeze: { members: membersNow, signal: host.signal },
    cpuLimit,
    requireAlive,
    async onChange(now) {
      mark('status', now)
      await save({})
    },
  })
  if (typed !== null) setTimeout(typeInitialInput, TYPE_ANYWAY_AFTER_MS).unref()
  /** Below its wrapper in a sandbox, once it is there. */
  let programPid: number | null = confinement.hasWrapper ? null : identity.pid
  const onProgram = (program: ProcessIdentity): void => {
    programPid = program.pid
    host.programs.started(runnerId, epoch, program, plan.command.env)
  }
  const runnerEnding = createRunnerEnding({
    runnerId,
    root,
    confinement,
    politeSignal: provider.politeSignal,
    cpuLimit,
    members: membersNow,
    programPid: () => programPid,
    thaw: () => treePause.thaw(),
    host,
  })
  if (!confinement.hasWrapper) onProgram(identity)
  await save({})
  host.events.started(runnerId, epoch, identity)
  watchConfinement({
    root: identity,
    plan: confinement,
    members: membersNow,
    measure: host.measureConfinement,
    hasEnded: runnerEnding.hasRootEnded,
    wait: host.wait,
    nowMs: host.monotonicMs,
    onProgram,
    onMeasured: (measured) => host.events.confined(runnerId, epoch, measured),
    onNotConfined(reason) {
      host.onProblem('a runner is not confined as it was planned', reason)
      runnerEnding.kill(reason)
    },
  }).catch((error: unknown) => host.onProblem('what confines a runner cannot be measured', error))

  const takeInput = createInputTaker({
    terminal,
    onTaken(data) {
      host.typing.note(runnerId, data.length)
      if (!request.recordInput) return
      output.flush()
      host.observer.notify({ type: 'input', life }, data)
    },
  })

  return {
    epoch,
    process: identity,
    recordsInput: request.recordInput,
    ended,
    describe: () => ({ runnerId, epoch, state: stateNow(), process: identity, exit }),
    goesOn: () => !runnerEnding.hasRootEnded() && runnerEnding.reason() === null,
    prompting() {
      requireAlive()
      return provider.prompting
    },
    sampleTarget: () => (exit !== null ? null : { runnerId, epoch, root, programPid }),
    async input(message) {
      requireAlive()
      return takeInput(message)
    },
    resize(cols, rows) {
      requireAlive()
      if (cols === size.cols && rows === size.rows) return
      size = { cols, rows }
      terminal.resize(cols, rows)
      output.resized(size)
      sizeSince = output.tail.end()
      const offset = sizeSince
      watch.inOrder(() => host.events.resized(runnerId, cols, rows, offset))
    },
    pause: treePause.pause,
    resume: treePause.resume,
    limitCpu(percent) {
      requireAlive()
      cpuLimit.set(percent)
    },
    cpuLimit: cpuLimit.percent,
    stop: runnerEnding.stop,
    async watch(from, reply) {
      const token = watch.open()
      const source = {
        life,
        observer: host.observer,
        tail: output.tail,
        caughtUp: output.caughtUp,
        size: () => size,
        sizeSince,
      }
      try {
        const start = await startOfWatch(source, from)
        // In this order on one socket: the reply, then what comes after it.
        reply(start)
        // The stream ended while this was made: whoever has just got it must ask again.
        if (!watch.go(token, start.end)) host.events.outputSkipped(runnerId)
      } catch (error) {
        watch.cancel(token)
        throw new Refused(
          'unavailable',
          `The screen cannot be had now: ${error instanceof Error ? error.message : error}`,
        )
      }
    },
    ackOutput: (offset) => watch.ack(offset),
    unwatch: () => watch.end(),
    taken: (end) => output.taken(end),
    outputCaughtUp: () => output.caughtUp(),
    answer: (data) => void terminal.write(data),
    mark,
    observerRestarted: async () => {
      if (exit === null) await output.restarted()
    },
  }
}
