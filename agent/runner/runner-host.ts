import type { ProcessIdentity, RunnerExit } from '@/contracts/agent-protocol/messages'
import type { KnownValues } from '@/contracts/redaction/known-values'
import type { RunnerConfinement } from '@/contracts/runner/confinement'
import type { Confiner } from '../confinement/confiner'
import type { ObserverLink } from '../observer/observer-process'
import type { TreeFinder } from '../process-tree/find-trees'
import type { SignalProcess } from '../process-tree/signal'
import type { Programs } from '../program/programs'
import type { ProviderRegistry } from '../providers/registry'
import type { LoadedPty } from '../pty/native-pty'
import type { SpawnQueue } from '../pty/spawn-queue'
import type { TranscriptRoot } from '../transcripts/transcript-roots'
import type { RunnerRecords } from './runner-records'
import type { Typing } from './typing'

/** What runners tell the daemon; lost without harm while it is away, but for starts and ends, which are repeated. */
export interface RunnerEvents {
  started(runnerId: string, epoch: number, process: ProcessIdentity): void
  /** What its running program is confined to. */
  confined(runnerId: string, epoch: number, confinement: RunnerConfinement): void
  exited(runnerId: string, epoch: number, exit: RunnerExit): void
  output(runnerId: string, offset: number, data: Buffer): void
  outputSkipped(runnerId: string): void
  resized(runnerId: string, cols: number, rows: number, offset: number): void
  /** A program that writes its transcripts below this directory is about to be started. */
  transcriptsBelow(root: TranscriptRoot): void
}

/** What the agent gives each of its runners. */
export interface RunnerHost {
  pty: LoadedPty
  spawnQueue: SpawnQueue
  trees: TreeFinder
  signal: SignalProcess
  bootId: string
  observer: ObserverLink
  typing: Typing
  records: RunnerRecords
  providers: ProviderRegistry
  /** What the programs in the runners tell of themselves. */
  programs: Programs
  secrets: Pick<KnownValues, 'add'>
  /** The agent's own environment, of which a child sees an allow-list. */
  env: Readonly<Record<string, string | undefined>>
  confiner: Confiner
  /** What confines a running process; null when it is gone. */
  measureConfinement(pid: number): Promise<RunnerConfinement | null>
  events: RunnerEvents
  /** Unix milliseconds. */
  now(): number
  monotonicMs(): number
  /** Returns early once aborted; never rejects. */
  wait(ms: number, abort?: AbortSignal): Promise<void>
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
