import { z } from 'zod'

const id = z.string().min(1).max(200)
const ofSession = z.object({ sessionID: id })
const count = z.number().int().nonnegative().catch(0)

/** A conversation, or that of a sub-agent. */
export const knownSession = z.object({
  id,
  parentID: id.optional(),
  agent: z.string().optional(),
  title: z.string().optional(),
})
const assistant = z.object({ id, sessionID: id, role: z.literal('assistant'), modelID: z.string().max(200) })
/** One request to a model is over. Its output is without what was thought, its input without the cache. */
const stepFinish = z.object({
  id,
  sessionID: id,
  messageID: id,
  type: z.literal('step-finish'),
  tokens: z.object({
    input: count,
    output: count,
    reasoning: count,
    cache: z.object({ read: count, write: count }),
  }),
})
const tool = z.object({
  sessionID: id,
  type: z.literal('tool'),
  callID: id,
  tool: z.string(),
  state: z.object({ status: z.literal('error'), input: z.record(z.string(), z.unknown()) }),
})
const permission = z.object({
  id,
  sessionID: id,
  permission: z.string(),
  patterns: z.array(z.string()).default([]),
  metadata: z.record(z.string(), z.unknown()).default({}),
  always: z.array(z.string()).default([]),
  tool: z.object({ callID: id }).optional(),
})
export type AskedPermission = z.infer<typeof permission>

const ended = z.object({
  sessionID: id.optional(),
  error: z.object({ name: z.string(), data: z.object({ message: z.string().optional() }).catch({}) }).optional(),
})

/** What opencode (1.18) tells a plugin, as far as Stratavore uses it. Anything else is none of these. */
export const programEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.created'), properties: z.object({ info: knownSession }) }),
  z.object({
    type: z.literal('session.status'),
    properties: ofSession.extend({ status: z.object({ type: z.string() }) }),
  }),
  z.object({ type: z.literal('session.error'), properties: ended }),
  z.object({ type: z.literal('message.updated'), properties: z.object({ info: assistant }) }),
  z.object({
    type: z.literal('message.part.updated'),
    properties: z.object({ part: z.discriminatedUnion('type', [stepFinish, tool]), time: z.number().optional() }),
  }),
  z.object({ type: z.literal('permission.asked'), properties: permission }),
  z.object({ type: z.literal('permission.replied'), properties: ofSession.extend({ requestID: id }) }),
  z.object({ type: z.literal('question.asked'), properties: ofSession }),
  z.object({ type: z.literal('question.replied'), properties: ofSession }),
  z.object({ type: z.literal('question.rejected'), properties: ofSession }),
])
export type ProgramEvent = z.infer<typeof programEvent>
