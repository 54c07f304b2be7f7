import type { MarkerKind } from '@/contracts/recording/recording'
import type { RecordingFacts } from './recorder'

/** A life that is to be recorded, at the size it has now. */
export type RecordedBeginning = RecordingFacts & { cols: number; rows: number }

/** What the observer tells the thread that records. Both are parts of one program: nothing here is checked. */
export type ToRecorder =
  | { type: 'begin'; life: string; beginning: RecordedBeginning }
  /** Goes on with what an earlier observer recorded, and takes what is missing from the life's output log. */
  | { type: 'adopt'; life: string; beginning: RecordedBeginning }
  | { type: 'output'; life: string; offset: number; data: Uint8Array }
  | { type: 'input'; life: string; data: Uint8Array }
  | { type: 'resize'; life: string; cols: number; rows: number }
  | { type: 'mark'; life: string; kind: MarkerKind; label: string }
  /** No output follows; it ended at `end`. */
  | { type: 'finish'; life: string; end: number }
  /** The same of a life that this thread did not record: nothing where its recording is complete. */
  | { type: 'finishLeft'; life: string; end: number; ending: string | null }
  /** Nothing follows at all: what is there is still written. */
  | { type: 'stop' }

/** What that thread tells the observer. */
export type FromRecorder =
  /** So many bytes of output are taken. */
  | { type: 'taken'; bytes: number }
  | { type: 'sealed' }
  /** Between these offsets of the life's output something is secret. */
  | { type: 'hidden'; life: string; from: number; to: number }
  | { type: 'problem'; life: string; error: string }
  /** What could not be written can be again. */
  | { type: 'recovered'; life: string }

/** Directories that both know. */
export interface RecorderDirectories {
  recordingsDir: string
  logsDir: string
}
