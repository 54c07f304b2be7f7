import { constants } from 'node:os'
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
import { endTree } from '../process-tree/end-tree'
import { freezeTree, thawTree } from '../process-tree/freeze-tree'
import { identify } from '../process-tree/identity'
import { readAgain } from '../process-tree/scan'
import type { TreeRoot } from '../process-tree/tree'
import type { Provider } from '../providers/provider'
import { type ProcessEnd, type PtyProcess, spawnPty } from '../pty/pty-process'
import { createInputLedger } from './input-ledger'
import { createKillDeadline } from './kill-deadline'
import type { LaunchPlan } from './launch-plan'
import { createObservedOutput } from './observed-output'
import { Refused, type RunnerHost } from './runner-host'
import type { RunnerRecord } from './runner-records'
import { startOfWatch } from './start-watch'
import { createWatch } from './watch'
import { watchConfinement } from './watch-confinement'

/** What is left of a tree once its root has ended gets this long to end by itself. */
const LEFTOVER_GRACE_MS = 1_000
/** How a process that waits for another says that a signal ended it: this and the signal's number. */
const SIGNALLED = 128
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
  let state: HeldRunner['state'] = 'running'
  let exit: RunnerExit | null = null
  let rootEnded = false
  let stopReason: string | null = null
  let askedToEnd = false
  let killing = false
  let treeEnded: Promise<boolean> = Promise.resolve(true)
  let pty: PtyProcess | null = null
  let typed = plan.typed
  let onEnded: () => void = () => {}
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve
  })

  const ledger = createInputLedger()
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

  const save = (changes: Partial<RunnerRecord>): Promise<void> =>
    host.records
      .write({ ...record, state, process: identity, exit, ...changes })
      .catch((error: unknown) => host.onProblem('a runner record cannot be written', error))

  const typeInitialInput = (): void => {
    if (typed !== null) void pty?.write(Buffer.from(typed))
    typed = null
  }

  const endRest = (graceMs: number): Promise<boolean> =>
    endTree({ runnerId, root, graceMs, trees: host.trees, signal: host.signal })

  /** Its own control group also holds what has left its tree without a trace. */
  async function endGroup(): Promise<void> {
    const done = await confinement.cgroup?.end().catch((error: unknown) => error)
    if (done !== undefined && done !== true)
      host.onProblem('the control group of an ended runner cannot be removed', done)
  }

  /** A wrapper can only say by a number that its program ended by a signal: by ours, after all, where we sent it. */
  function unwrapped(end: ProcessEnd): ProcessEnd {
    const wasTold = confinement.hasWrapper && askedToEnd
    const isOurs = end.exitCode === SIGNALLED + constants.signals[provider.politeSignal]
    return wasTold && isOurs ? { exitCode: null, signal: provider.politeSignal } : end
  }

  async function onClosed(seen: ProcessEnd): Promise<void> {
    const end = unwrapped(seen)
    if (!(await treeEnded)) host.onProblem('a process of an ended runner cannot be killed', runnerId)
    await endGroup()
    const ending = end.signal === null ? `ended with exit code ${end.exitCode}` : `ended by ${end.signal}`
    const lastLines = await output.finish(ending)
    exit = { ...end, reason: stopReason, lastLines, outputEnd: output.tail.end(), at: host.now() }
    state = 'exited'
    await save({})
    await watch.drained()
    host.programs.left(runnerId, epoch, lastLines)
    host.events.exited(runnerId, epoch, exit)
    onEnded()
  }

  const killDeadline = createKillDeadline((graceMs) =>
    kill(`It did not end within ${Math.round(graceMs / 100) / 10} s and was killed.`),
  )

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
        onRootEnd() {
          rootEnded = true
          killDeadline.clear()
          void cpuLimit.end()
          treeEnded = endRest(LEFTOVER_GRACE_MS).catch((error: unknown) => {
            host.onProblem('what an ended runner left cannot be looked for', error)
            return false
          })
        },
        onClosed: (end) => void onClosed(end),
      }),
    )
    .catch(async (error: unknown) => {
      await host.records.remove(runnerId)
      await endGroup()
      throw new Refused(
        'spawn_failed',
        `The program cannot be started: ${error instanceof Error ? error.message : error}`,
      )
    })
  const terminal = pty
  const identity = identify(terminal.pid, host.bootId)
  const root: TreeRoot = { pid: identity.pid, startTicks: identity.startTicks, witnessed: true }
  const membersNow = async () => (await host.trees.find(new Map([[runnerId, root]]))).get(runnerId) ?? []
  const freeze = { members: membersNow, signal: host.signal }
  const cpuLimit = createCpuLimit({
    find: membersNow,
    readAgain,
    signal: host.signal,
    wait: host.wait,
    nowMs: host.monotonicMs,
    onProblem: host.onProblem,
  })
  if (typed !== null) setTimeout(typeInitialInput, TYPE_ANYWAY_AFTER_MS).unref()
  /** Below its wrapper in a sandbox, once it is there. */
  let programPid: number | null = confinement.hasWrapper ? null : identity.pid
  const onProgram = (program: ProcessIdentity): void => {
    programPid = program.pid
    host.programs.started(runnerId, epoch, program, plan.command.env)
  }
  if (!confinement.hasWrapper) onProgram(identity)
  await save({})
  host.events.started(runnerId, epoch, identity)
  watchConfinement({
    root: identity,
    plan: confinement,
    members: membersNow,
    measure: host.measureConfinement,
    hasEnded: () => rootEnded,
    wait: host.wait,
    nowMs: host.monotonicMs,
    onProgram,
    onMeasured: (measured) => host.events.confined(runnerId, epoch, measured),
    onProblem: host.onProblem,
  }).catch((error: unknown) => host.onProblem('what confines a runner cannot be measured', error))

  const requireAlive = (): void => {
    if (rootEnded || state === 'exited') throw new Refused('not_running', 'The runner has ended.')
  }
  function kill(reason: string): void {
    if (rootEnded || killing) return
    stopReason = reason
    killing = true
    void cpuLimit.end()
    endRest(0)
      .then(
        (done) => done || host.onProblem('a process cannot be killed', runnerId),
        (error: unknown) => host.onProblem('a runner cannot be killed', error),
      )
      .finally(() => {
        // A later stop may try again.
        killing = false
      })
  }

  /** The provider's polite exit, to the process group of the root and of its program. */
  async function askToEnd(): Promise<void> {
    await cpuLimit.end()
    for (const member of await membersNow())
      if (member.pgid === root.pid || member.pgid === programPid) host.signal(member, provider.politeSignal)
    if (state === 'paused') await thawTree(freeze)
  }

  return {
    epoch,
    process: identity,
    recordsInput: request.recordInput,
    ended,
    describe: () => ({ runnerId, epoch, state, process: identity, exit }),
    goesOn: () => !rootEnded && stopReason === null,
    prompting() {
      requireAlive()
      return provider.prompting
    },
    sampleTarget: () => (state === 'exited' ? null : { runnerId, epoch, root, programPid }),
    async input({ clientId, seq, data }) {
      requireAlive()
      const verdict = ledger.judge(clientId, seq)
      if (verdict.kind === 'gap')
        throw new Refused('input_gap', 'Input that was typed before this is missing: send it again.')
      if (verdict.kind === 'repeat') await verdict.written
      else {
        if (!terminal.hasRoom(data.length))
          throw new Refused('input_full', 'The program does not read its input; try again later.')
        const written = terminal.write(data).then((result) => result === 'written')
        ledger.take(clientId, seq, written)
        host.typing.note(runnerId, data.length)
        if (request.recordInput) {
          output.flush()
          host.observer.notify({ type: 'input', life }, data)
        }
        if (!(await written)) throw new Refused('not_running', 'The runner has ended.')
      }
      return { ok: true, writtenSeq: ledger.writtenSeq(clientId) }
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
    async pause() {
      requireAlive()
      if (state === 'paused') return
      await cpuLimit.suspend()
      if (!(await freezeTree(freeze))) {
        await thawTree(freeze)
        cpuLimit.resume()
        throw new Refused('pause_failed', 'Some processes of the runner cannot be stopped.')
      }
      requireAlive()
      state = 'paused'
      mark('status', 'paused')
      await save({})
    },
    async resume() {
      requireAlive()
      if (state === 'running') return
      await thawTree(freeze)
      requireAlive()
      state = 'running'
      cpuLimit.resume()
      mark('status', 'resumed')
      await save({})
    },
    limitCpu(percent) {
      requireAlive()
      cpuLimit.set(percent)
    },
    cpuLimit: cpuLimit.percent,
    stop(force, graceMs) {
      if (rootEnded || state === 'exited') return
      if (force || graceMs === 0) return kill('It was killed on request.')
      killDeadline.within(graceMs)
      stopReason ??= 'It was stopped on request.'
      // Once: repeated, some programs take it for something else, and a repeated stop is only a reminder.
      if (askedToEnd) return
      askedToEnd = true
      askToEnd().catch((error: unknown) => host.onProblem('a runner cannot be asked to end', error))
    },
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
      if (state !== 'exited') await output.restarted()
    },
  }
}
