import { z } from 'zod'
import { uuid } from '../primitives'
import {
  recordingHits,
  recordingInfo,
  recordingInfoInput,
  recordingPage,
  recordingReadInput,
  recordingSearchInput,
} from '../recording/recording'
import { refusal } from './messages'

const runnerId = uuid

/** Questions about the recordings on an agent's disk. `not_found` where it has none of that runner, or of that life. */
export const recordingInfoRequest = recordingInfoInput.omit({ id: true }).extend({ runnerId })
export const recordingInfoReply = z.union([recordingInfo.extend({ ok: z.literal(true) }), refusal])
export type RecordingInfoRequest = z.input<typeof recordingInfoRequest>
export type RecordingInfoReply = z.infer<typeof recordingInfoReply>

export const recordingReadRequest = recordingReadInput.omit({ id: true }).extend({ runnerId })
export const recordingReadReply = z.union([recordingPage.extend({ ok: z.literal(true) }), refusal])
export type RecordingReadRequest = z.input<typeof recordingReadRequest>
export type RecordingReadReply = z.infer<typeof recordingReadReply>

export const recordingSearchRequest = recordingSearchInput.omit({ id: true }).extend({ runnerId })
export const recordingSearchReply = z.union([recordingHits.extend({ ok: z.literal(true) }), refusal])
export type RecordingSearchRequest = z.input<typeof recordingSearchRequest>
export type RecordingSearchReply = z.infer<typeof recordingSearchReply>
