import type {
  Ack,
  Heartbeat,
  InputReply,
  JoinReply,
  JoinRequest,
  LogReply,
  LogRequest,
  ResizeRunner,
  RunnerExited,
  RunnerInput,
  RunnerStarted,
  RunnerTarget,
  ScreenReply,
  ScreenRequest,
  StartReply,
  StartRunner,
  StopRunner,
  WatchReply,
  WatchRunner,
} from './messages'

/** What the agent emits. `runnerStarted` and `runnerExited` are repeated until acknowledged. */
export interface AgentToDaemon {
  join: (message: JoinRequest, reply: (reply: JoinReply) => void) => void
  runnerStarted: (message: RunnerStarted, reply: (reply: Ack) => void) => void
  runnerExited: (message: RunnerExited, reply: (reply: Ack) => void) => void
  heartbeat: (message: Heartbeat) => void
  /** Bytes of a watched runner's output, in order; positional because it is the hot path. */
  output: (runnerId: string, offset: number, data: Uint8Array) => void
  /** The daemon was too slow and output was skipped: viewers need a fresh snapshot. The watch is over. */
  outputSkipped: (runnerId: string) => void
  resized: (message: ResizeRunner) => void
}

/** What the daemon emits. Every call is idempotent by runner id and epoch. */
export interface DaemonToAgent {
  startRunner: (message: StartRunner, reply: (reply: StartReply) => void) => void
  stopRunner: (message: StopRunner, reply: (reply: Ack) => void) => void
  pauseRunner: (message: RunnerTarget, reply: (reply: Ack) => void) => void
  resumeRunner: (message: RunnerTarget, reply: (reply: Ack) => void) => void
  /** The end is recorded; the agent may drop its record of it (the output log stays). */
  forgetRunner: (message: RunnerTarget, reply: (reply: Ack) => void) => void
  input: (message: RunnerInput, reply: (reply: InputReply) => void) => void
  resizeRunner: (message: ResizeRunner, reply: (reply: Ack) => void) => void
  watchRunner: (message: WatchRunner, reply: (reply: WatchReply) => void) => void
  unwatchRunner: (message: { runnerId: string }) => void
  /** Cumulative: the daemon has passed on all output before this offset. */
  outputAck: (runnerId: string, offset: number) => void
  screen: (message: ScreenRequest, reply: (reply: ScreenReply) => void) => void
  readLog: (message: LogRequest, reply: (reply: LogReply) => void) => void
  /** End the agent; with `stopRunners` its runners first, else only when it holds none. */
  shutdown: (message: { stopRunners: boolean; graceMs: number }, reply: (reply: Ack) => void) => void
}
