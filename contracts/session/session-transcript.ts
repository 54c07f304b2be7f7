import { z } from 'zod'
import { readTranscript, searchTranscript, transcriptPage } from '../agent-protocol/session-files'
import { uuid } from '../primitives'

/** A page of a session's transcript, or of one of its sub-agents'. Without a position: the newest page. */
export const sessionTranscriptInput = z.object({
  id: uuid,
  subagentId: readTranscript.shape.subagentId.default(null),
  before: readTranscript.shape.before.default(null),
  after: readTranscript.shape.after.default(null),
  limit: readTranscript.shape.limit.default(200),
})
export type SessionTranscriptInput = z.output<typeof sessionTranscriptInput>

export const sessionTranscript = transcriptPage.extend({
  /** US dollars, by message id, of those of its messages that the ledger has with a price. */
  costs: z.record(z.string(), z.number()),
})
export type SessionTranscript = z.infer<typeof sessionTranscript>

export const sessionSearchInput = z.object({
  id: uuid,
  subagentId: readTranscript.shape.subagentId.default(null),
  text: searchTranscript.shape.text,
  limit: searchTranscript.shape.limit.default(200),
})
export type SessionSearchInput = z.output<typeof sessionSearchInput>
