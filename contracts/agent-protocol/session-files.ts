import { z } from 'zod'
import { providerId } from '../provider/provider'
import { transcriptEntry } from '../transcript/entry'
import { refusal } from './messages'

const sessionRef = { provider: providerId, providerSessionId: z.string().min(1).max(200) }
/** Byte offset of an entry's line in the transcript: it names the entry for ever, since transcripts only grow. */
const position = z.number().int().nonnegative()

/** Whether the provider would take the session up again; looked at on the disk, now. */
export const checkSession = z.object(sessionRef)
export const sessionCheck = z.object({
  resumable: z.boolean(),
  /** Why not, for people. */
  reason: z.string().nullable(),
  path: z.string().nullable(),
  /** Where it last worked, as its transcript tells. */
  cwd: z.string().nullable(),
  /** Whether that directory is still there. */
  cwdExists: z.boolean(),
})
export type SessionCheck = z.infer<typeof sessionCheck>
export const checkSessionReply = z.union([sessionCheck.extend({ ok: z.literal(true) }), refusal])
export type CheckSession = z.infer<typeof checkSession>
export type CheckSessionReply = z.infer<typeof checkSessionReply>

/** A page of a transcript. `before`/`after` are positions; neither: the newest page. */
export const readTranscript = z.object({
  ...sessionRef,
  subagentId: z.string().max(200).nullable(),
  before: position.nullable(),
  /** -1: from the beginning. */
  after: z.number().int().min(-1).nullable(),
  limit: z.number().int().min(1).max(500),
})
export const transcriptPage = z.object({
  entries: z.array(transcriptEntry),
  /** Whether there is more before the first and after the last of these. */
  hasBefore: z.boolean(),
  hasAfter: z.boolean(),
  /** Entries of the whole transcript as of now; null while a long one is still being counted. */
  total: z.number().int().nullable(),
  /** Where the transcript ends now; a later page begins there. */
  end: position,
})
export const readTranscriptReply = z.union([transcriptPage.extend({ ok: z.literal(true) }), refusal])
export type ReadTranscript = z.infer<typeof readTranscript>
export type TranscriptPage = z.infer<typeof transcriptPage>
export type ReadTranscriptReply = z.infer<typeof readTranscriptReply>

/** Entries that hold a text, case-insensitive, oldest first. */
export const searchTranscript = z.object({
  ...sessionRef,
  subagentId: z.string().max(200).nullable().default(null),
  text: z.string().min(1).max(500),
  limit: z.number().int().min(1).max(500),
})
export const transcriptHits = z.object({
  hits: z.array(z.object({ position, excerpt: z.string() })),
  /** More than `limit` were found. */
  more: z.boolean(),
})
export type TranscriptHits = z.infer<typeof transcriptHits>
export const searchTranscriptReply = z.union([transcriptHits.extend({ ok: z.literal(true) }), refusal])
export type SearchTranscript = z.infer<typeof searchTranscript>
export type SearchTranscriptReply = z.infer<typeof searchTranscriptReply>
