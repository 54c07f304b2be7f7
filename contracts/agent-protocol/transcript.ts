import { z } from 'zod'
import { uuid } from '../primitives'
import { providerId } from '../provider/provider'
import { tokenCounts } from '../usage/tokens'
import { refusal } from './messages'
import { count, unixMs } from './numbers'

/** Files that one question about cursors names at most. */
export const MAX_CURSOR_PATHS = 500
/** Records that one batch carries at most; with the bytes of a line bounded this keeps a message within a megabyte. */
export const MAX_BATCH_RECORDS = 500

const path = z.string().max(4096)
const offset = z.number().int().nonnegative()

/** A transcript on the agent's disk. `fileId` changes when another file takes its path. */
const transcriptFile = z.object({
  path,
  provider: providerId,
  providerSessionId: z.string().min(1).max(200),
  subagentId: z.string().max(200).nullable(),
  fileId: z.string().max(200),
})
export type TranscriptFile = z.infer<typeof transcriptFile>

export const transcriptCursorsRequest = z.object({ paths: z.array(path).max(MAX_CURSOR_PATHS) })
/** How far each of the files asked for has been taken; those never seen are left out. */
export const transcriptCursorsReply = z.union([
  z.object({
    ok: z.literal(true),
    cursors: z.array(z.object({ path, fileId: z.string(), offset })),
  }),
  refusal,
])
export type TranscriptCursorsRequest = z.infer<typeof transcriptCursorsRequest>
export type TranscriptCursorsReply = z.infer<typeof transcriptCursorsReply>

/** A hundred times what the largest context of any model holds. A forged record cannot use up a budget beyond it. */
const MAX_REQUEST_TOKENS = 100_000_000

/** One request to a model, as a transcript or telemetry tells of it. */
export const usageRecord = z
  .object({
    /** What a request is known by is its id, or that of its message: one of them is there. */
    requestId: z.string().min(1).max(200).nullable(),
    messageId: z.string().min(1).max(200).nullable(),
    /** The session it belongs to, which is the file's own unless the line says another. */
    providerSessionId: z.string().min(1).max(200),
    subagentId: z.string().max(200).nullable(),
    model: z.string().max(200),
    at: unixMs,
    tokens: tokenCounts.refine(
      (counts) => Object.values(counts).every((count) => count <= MAX_REQUEST_TOKENS),
      'more tokens than a request can have',
    ),
  })
  .refine(({ requestId, messageId }) => requestId !== null || messageId !== null, 'neither request nor message')
export type UsageRecord = z.infer<typeof usageRecord>

/** What a batch tells of its session beside usage. Counts are of this batch alone; null: the batch says nothing of it. */
export const sessionDelta = z.object({
  cwd: path.nullable(),
  gitBranch: z.string().max(300).nullable(),
  model: z.string().max(200).nullable(),
  title: z.string().max(300).nullable(),
  firstPrompt: z.string().max(300).nullable(),
  programVersion: z.string().max(50).nullable(),
  /** Messages of the user and of the model, each counted once. */
  messages: count,
  firstAt: unixMs.nullable(),
  lastAt: unixMs.nullable(),
  malformedLines: count,
})
export type SessionDelta = z.infer<typeof sessionDelta>

/** What was read between two offsets of one file. Taken exactly once: `from` must be where the last one ended. */
export const transcriptBatch = z
  .object({
    file: transcriptFile,
    from: offset,
    to: offset,
    usage: z.array(usageRecord).max(MAX_BATCH_RECORDS),
    session: sessionDelta,
  })
  .refine(({ from, to }) => from <= to, 'it ends before it begins')
export type TranscriptBatch = z.infer<typeof transcriptBatch>

/** `offset`: everything before it is in the database, whether this batch was taken or another had been. */
export const transcriptBatchReply = z.union([z.object({ ok: z.literal(true), offset }), refusal])
export type TranscriptBatchReply = z.infer<typeof transcriptBatchReply>

/** The file is not there any more. Repeated until acknowledged. */
export const transcriptMissing = z.object({ path })
export type TranscriptMissing = z.infer<typeof transcriptMissing>

/** What a runner's program reported by telemetry. Repeated until acknowledged; taking it twice changes nothing. */
export const telemetryReport = z.object({
  provider: providerId,
  /** Whose secret it came with. Null from an agent of before this was told. */
  runnerId: uuid.nullable().default(null),
  /** Where its session works; empty where the program does not tell. */
  cwd: path.default(''),
  records: z.array(usageRecord).min(1).max(MAX_BATCH_RECORDS),
})
export type TelemetryReport = z.infer<typeof telemetryReport>
