import type { ProcessIdentity, RunnerExit } from '@/contracts/agent-protocol/messages'
import type { ObserverLink } from '../observer/observer-process'
import type { TreeFinder } from '../process-tree/find-trees'
import type { SignalProcess } from '../process-tree/signal'
import type { ProviderRegistry } from '../providers/registry'
import type { LoadedPty } from '../pty/native-pty'
import type { SpawnQueue } from '../pty/spawn-queue'
import type { RunnerRecords } from './runner-records'

/** What runners tell the daemon; lost without harm while it is away, but for starts and ends, which are repeated. */
export interface RunnerEvents {
  started(runnerId: string, epoch: number, process: ProcessIdentity): void
  exited(runnerId: string, epoch: number, exit: RunnerExit): void
  output(runnerId: string, offset: number, data: Buffer): void
  outputSkipped(runnerId: string): void
  resized(runnerId: string, cols: number, rows: number): void
}

/** What the agent gives each of its runners. */
export interface RunnerHost {
  pty: LoadedPty
  spawnQueue: SpawnQueue
  trees: TreeFinder
  signal: SignalProcess
  bootId: string
  observer: ObserverLink
  records: RunnerRecords
  providers: ProviderRegistry
  /** The agent's own environment, of which a child sees an allow-list. */
  env: Readonly<Record<string, string | undefined>>
  events: RunnerEvents
  /** Unix milliseconds. */
  now(): number
  onProblem(message: string, detail: unknown): void
}

/** A refusal to the daemon; `code` is for it, `message` for people. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}
