import type { HeldRunner, RunnerExit } from '@/contracts/agent-protocol/messages'
import type { ObserverLink } from '../observer/observer-process'
import { finishReply, lifeOf } from '../observer/protocol'
import { endTree } from '../process-tree/end-tree'
import type { TreeFinder } from '../process-tree/find-trees'
import type { SignalProcess } from '../process-tree/signal'
import type { RunnerRecord, RunnerRecords } from './runner-records'

/** Programs whose terminal died with their agent have had their hang-up already: a moment more, then SIGKILL. */
const LEFTOVER_GRACE_MS = 1_500

export interface LeftoverHost {
  records: RunnerRecords
  observer: ObserverLink
  trees: TreeFinder
  signal: SignalProcess
  bootId: string
  now(): number
  onProblem(message: string, detail: unknown): void
}

async function exitOf(host: LeftoverHost, record: RunnerRecord): Promise<RunnerExit> {
  const rebooted = record.process !== null && record.process.bootId !== host.bootId
  const request = { type: 'finish', life: lifeOf(record.runnerId, record.epoch), ending: null } as const
  const last = await host.observer.request(request, finishReply).then(
    (answer) => answer.body,
    // No log was begun.
    () => ({ lastLines: '', end: 0 }),
  )
  const reason = rebooted ? 'The machine was restarted.' : 'Its agent died.'
  return { exitCode: null, signal: null, reason, lastLines: last.lastLines, outputEnd: last.end, at: host.now() }
}

async function endLeftover(host: LeftoverHost, record: RunnerRecord): Promise<HeldRunner> {
  const { runnerId, epoch, process } = record
  if (record.state === 'exited') return { runnerId, epoch, state: 'exited', process, exit: record.exit }
  // Nobody witnessed what happened since: without the root alive only what carries the runner's mark is ours.
  const sameBoot = process !== null && process.bootId === host.bootId
  const root = { pid: sameBoot ? process.pid : 0, startTicks: sameBoot ? process.startTicks : 0, witnessed: false }
  const { trees, signal } = host
  const done = await endTree({ runnerId, root, graceMs: LEFTOVER_GRACE_MS, trees, signal })
  if (!done) host.onProblem('a process left by an earlier agent cannot be killed', runnerId)
  const exit = await exitOf(host, record)
  await host.records.write({ ...record, state: 'exited', exit })
  return { runnerId, epoch, state: 'exited', process, exit }
}

/** Ends what an agent that died left running, and says how each of its runners ended. */
export async function endLeftovers(host: LeftoverHost): Promise<HeldRunner[]> {
  const records = await host.records.readAll((name, error) =>
    host.onProblem(`the runner record ${name} is broken`, error),
  )
  return Promise.all(records.map((record) => endLeftover(host, record)))
}
