import type { JudgedPath, JudgePath } from '@/contracts/agent-protocol/place'
import type {
  RecordingInfoRequest,
  RecordingReadRequest,
  RecordingSearchRequest,
} from '@/contracts/agent-protocol/recording'
import type {
  CheckSession,
  ReadTranscript,
  SearchTranscript,
  SessionCheck,
  TranscriptHits,
  TranscriptPage,
} from '@/contracts/agent-protocol/session-files'
import type { RecordingHits, RecordingInfo, RecordingPage } from '@/contracts/recording/recording'
import type { RunnerLogs, RunnerScreen } from '@/contracts/runner/inputs'
import type { ReconcileReport } from '@/contracts/system/system'
import type { Thumbnails, ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'

export interface DaemonStatus {
  pid: number
  startedAt: string
  memoryBytes: number
  uptimeSeconds: number
  /** `suspended`: it led, and waits for the database to tell whether it still does. */
  role: 'leading' | 'standby' | 'suspended'
  agentsConnected: number
  heartbeatLatencyP50Ms: number | null
  heartbeatLatencyP99Ms: number | null
  broker: {
    kind: 'local' | 'amqp'
    state: 'connecting' | 'ready' | 'blocked' | 'closed'
    since: string
    error: string | null
  }
}

/**
 * What the web process asks of the daemon at once, without going through desired state: looking at and typing into
 * live terminals, and the daemon's own condition. Every call throws StratavoreError `unavailable` when it is down.
 */
export interface DaemonLink {
  status(): Promise<DaemonStatus>
  /** What Prometheus scrapes, in its text format. */
  metrics(): Promise<{ contentType: string; text: string }>
  reconcile(): Promise<ReconcileReport>
  screen(runnerId: string, ansi: boolean): Promise<RunnerScreen>
  thumbnails(question: ThumbnailsQuestion): Promise<Thumbnails>
  send(runnerId: string, text: string): Promise<void>
  logs(runnerId: string, from: number, limit: number): Promise<RunnerLogs>
  /** What a directory on a node's machine is really called; `invalid_input` when it cannot be a project's. */
  judgePath(nodeId: string, question: JudgePath): Promise<JudgedPath>
  /** Sessions on a node's disk: `node_unavailable` when its agent is not connected. */
  checkSession(nodeId: string, session: CheckSession): Promise<SessionCheck>
  readTranscript(nodeId: string, page: ReadTranscript): Promise<TranscriptPage>
  searchTranscript(nodeId: string, search: SearchTranscript): Promise<TranscriptHits>
  /** Recordings on a node's disk: `node_unavailable` when its agent is not connected. */
  recordingInfo(nodeId: string, question: RecordingInfoRequest): Promise<RecordingInfo>
  readRecording(nodeId: string, question: RecordingReadRequest): Promise<RecordingPage>
  searchRecording(nodeId: string, question: RecordingSearchRequest): Promise<RecordingHits>
}
