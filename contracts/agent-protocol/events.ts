import type { ThumbnailsQuestion } from '../terminal/thumbnail'
import type { ActivityReport, SessionBound } from './activity'
import type { AnswerApproval, ApprovalClosed, ApprovalRequested, SetToolGate } from './approval'
import type { RenewReply, RenewRequest } from './enrolment'
import type {
  Ack,
  Heartbeat,
  InputReply,
  JoinReply,
  JoinRequest,
  LimitCpu,
  LogReply,
  LogRequest,
  ResizeRunner,
  RunnerConfined,
  RunnerExited,
  RunnerInput,
  RunnerResized,
  RunnerStarted,
  RunnerTarget,
  ScreenReply,
  ScreenRequest,
  StartReply,
  StartRunner,
  StopRunner,
  ThumbnailsReply,
  WatchReply,
  WatchRunner,
} from './messages'
import type { NoticeReport } from './notice'
import type { JudgePath, JudgePathReply } from './place'
import type { TypePrompt, TypePromptReply } from './prompt'
import type {
  RecordingInfoReply,
  RecordingInfoRequest,
  RecordingReadReply,
  RecordingReadRequest,
  RecordingSearchReply,
  RecordingSearchRequest,
} from './recording'
import type {
  CheckSession,
  CheckSessionReply,
  ReadTranscript,
  ReadTranscriptReply,
  SearchTranscript,
  SearchTranscriptReply,
} from './session-files'
import type {
  TelemetryReport,
  TranscriptBatch,
  TranscriptBatchReply,
  TranscriptCursorsReply,
  TranscriptCursorsRequest,
  TranscriptMissing,
} from './transcript'

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
  /** In its place between the output before and after it. */
  resized: (message: RunnerResized) => void
  /** Since protocol 2. What is answered with an Ack is repeated until the daemon has it in the database. */
  activity: (message: ActivityReport) => void
  /** Older daemons pass it by. */
  notice: (message: NoticeReport) => void
  sessionBound: (message: SessionBound, reply: (reply: Ack) => void) => void
  approvalRequested: (message: ApprovalRequested, reply: (reply: Ack) => void) => void
  approvalClosed: (message: ApprovalClosed, reply: (reply: Ack) => void) => void
  transcriptCursors: (message: TranscriptCursorsRequest, reply: (reply: TranscriptCursorsReply) => void) => void
  transcriptBatch: (message: TranscriptBatch, reply: (reply: TranscriptBatchReply) => void) => void
  transcriptMissing: (message: TranscriptMissing, reply: (reply: Ack) => void) => void
  telemetry: (message: TelemetryReport, reply: (reply: Ack) => void) => void
  /** Since protocol 4, from an agent with a certificate. */
  renewCertificate: (message: RenewRequest, reply: (reply: RenewReply) => void) => void
  /** Since protocol 4. */
  runnerConfined: (message: RunnerConfined, reply: (reply: Ack) => void) => void
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
  /** Since protocol 2, down to `searchTranscript`. */
  answerApproval: (message: AnswerApproval, reply: (reply: Ack) => void) => void
  setToolGate: (message: SetToolGate, reply: (reply: Ack) => void) => void
  typePrompt: (message: TypePrompt, reply: (reply: TypePromptReply) => void) => void
  checkSession: (message: CheckSession, reply: (reply: CheckSessionReply) => void) => void
  readTranscript: (message: ReadTranscript, reply: (reply: ReadTranscriptReply) => void) => void
  searchTranscript: (message: SearchTranscript, reply: (reply: SearchTranscriptReply) => void) => void
  /** Since protocol 3. */
  recordingInfo: (message: RecordingInfoRequest, reply: (reply: RecordingInfoReply) => void) => void
  readRecording: (message: RecordingReadRequest, reply: (reply: RecordingReadReply) => void) => void
  searchRecording: (message: RecordingSearchRequest, reply: (reply: RecordingSearchReply) => void) => void
  /** Since protocol 3, both. Refused with `unsupported` where nothing can be held to a share. */
  limitCpu: (message: LimitCpu, reply: (reply: Ack) => void) => void
  thumbnails: (message: ThumbnailsQuestion, reply: (reply: ThumbnailsReply) => void) => void
  /** Since protocol 4. A directory on its machine: whether it is there, and what it is called. */
  judgePath: (message: JudgePath, reply: (reply: JudgePathReply) => void) => void
  /** Since protocol 4. The authorities have changed: a certificate of today's is due, whatever the old one's age. */
  renewNow: () => void
  /** End the agent; with `stopRunners` its runners first, else only when it holds none. */
  shutdown: (message: { stopRunners: boolean; graceMs: number }, reply: (reply: Ack) => void) => void
}
