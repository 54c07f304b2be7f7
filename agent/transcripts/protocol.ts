import { z } from 'zod'
import {
  recordingInfoReply,
  recordingInfoRequest,
  recordingReadReply,
  recordingReadRequest,
  recordingSearchReply,
  recordingSearchRequest,
} from '@/contracts/agent-protocol/recording'
import {
  checkSession,
  checkSessionReply,
  readTranscript,
  readTranscriptReply,
  searchTranscript,
  searchTranscriptReply,
} from '@/contracts/agent-protocol/session-files'
import { transcriptBatch, transcriptCursorsRequest, transcriptMissing } from '@/contracts/agent-protocol/transcript'
import type { SiblingAnswer } from '../sibling/sibling-process'
import { transcriptRoot } from './transcript-roots'

const requestId = z.number().int()

/** What the agent tells the reader. */
export const toReader = z.discriminatedUnion('type', [
  /** Every directory there is a program's configuration in, transcripts being below it. */
  z.object({ type: z.literal('roots'), roots: z.array(transcriptRoot) }),
  /** Values that must not be in what is told and answered, all of them. They go over this pipe and nowhere else. */
  z.object({ type: z.literal('secrets'), values: z.array(z.string()) }),
  /** The daemon can be told now: whatever waits for it is to be tried. */
  z.object({ type: z.literal('connected') }),
  /** The daemon's word on what the reader told it; null when it was away. */
  z.object({ type: z.literal('told'), tellId: requestId, reply: z.unknown() }),
  z.object({ type: z.literal('checkSession'), requestId, question: checkSession }),
  z.object({ type: z.literal('readTranscript'), requestId, question: readTranscript }),
  z.object({ type: z.literal('searchTranscript'), requestId, question: searchTranscript }),
  z.object({ type: z.literal('recordingInfo'), requestId, question: recordingInfoRequest }),
  z.object({ type: z.literal('readRecording'), requestId, question: recordingReadRequest }),
  z.object({ type: z.literal('searchRecording'), requestId, question: recordingSearchRequest }),
])
export type ToReader = z.infer<typeof toReader>

/** A question about what is on this disk. */
export type DiskQuestion = Extract<ToReader, { question: unknown }>
/** About recordings. */
export type RecordingQuestion = Extract<DiskQuestion, { type: `${string}ecording${string}` }>
/** About sessions. */
export type SessionQuestion = Exclude<DiskQuestion, RecordingQuestion>

/** How each question is answered: the daemon gets it as it is, refusals too. */
export const diskAnswers = {
  checkSession: checkSessionReply,
  readTranscript: readTranscriptReply,
  searchTranscript: searchTranscriptReply,
  recordingInfo: recordingInfoReply,
  readRecording: recordingReadReply,
  searchRecording: recordingSearchReply,
} as const
export type DiskAnswer<Type extends DiskQuestion['type']> = z.infer<(typeof diskAnswers)[Type]>

/** What the reader tells the daemon, through the agent. Each is answered with `told`. */
export const tellDaemon = z.discriminatedUnion('event', [
  z.object({ event: z.literal('transcriptCursors'), message: transcriptCursorsRequest }),
  z.object({ event: z.literal('transcriptBatch'), message: transcriptBatch }),
  z.object({ event: z.literal('transcriptMissing'), message: transcriptMissing }),
])
export type TellDaemon = z.infer<typeof tellDaemon>

/** What the reader tells the agent unasked. */
const fromReader = z.object({ type: z.literal('tell'), tellId: requestId, tell: tellDaemon })
export type FromReader = z.infer<typeof fromReader> | SiblingAnswer

const numbered = z.object({ tellId: requestId })

/**
 * What the reader wants told, or what is wrong with it: a transcript may make it say what no daemon takes, and it would say
 * so again however often it is started anew. Throws when not even who is to be answered can be read.
 */
export function parseTell(header: unknown): { tellId: number; tell: TellDaemon } | { tellId: number; problem: string } {
  const { data, error } = fromReader.safeParse(header)
  return data ?? { tellId: numbered.parse(header).tellId, problem: z.prettifyError(error) }
}
