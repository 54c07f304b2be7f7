import { z } from 'zod'
import { jsonOf, optional, tokenCount } from '../lenient'

/** Input counts what was read from and written to the cache, output what was thought. */
const usage = z.object({
  input_tokens: tokenCount,
  cached_input_tokens: tokenCount,
  cache_write_input_tokens: tokenCount,
  output_tokens: tokenCount,
})
export type RolloutUsage = z.infer<typeof usage>

/** The first line: whose file it is. */
const sessionMeta = z.object({
  id: z.string().min(1),
  /** The conversation a person has; absent in older versions. */
  session_id: optional(z.string()),
  cwd: optional(z.string()),
  cli_version: optional(z.string()),
  git: optional(z.object({ branch: optional(z.string()) })),
  /** The kind of client; an object for what codex itself has begun. */
  source: optional(
    z.object({ subagent: z.object({ thread_spawn: z.object({ parent_thread_id: z.string().min(1) }) }) }),
  ),
})
export type SessionMeta = z.infer<typeof sessionMeta>

/** How the requests after it are made. */
const turnContext = z.object({ model: optional(z.string()), cwd: optional(z.string()) })

/** One answered request, in newer versions. `thread_token_usage` is what the thread has used with it. */
const usageRecord = z.object({
  thread_id: z.string().min(1),
  session_id: optional(z.string()),
  usage,
  thread_token_usage: usage,
})

/** What the thread has used in all, and its last request. Told again whenever the program likes to. */
const tokenCountEvent = z.object({
  type: z.literal('token_count'),
  info: z.object({ total_token_usage: usage, last_token_usage: usage }),
})

/** A message, also those that the program writes in the user's name. */
const messageItem = z.object({
  type: z.literal('message'),
  role: z.string(),
  content: z.array(z.object({ text: optional(z.string()) })),
  internal_chat_message_metadata_passthrough: optional(z.object({ content_item_kinds: z.array(z.string()) })),
})
export type MessageItem = z.infer<typeof messageItem>

const envelope = z.object({ timestamp: optional(z.string()), type: z.string(), payload: z.unknown().optional() })

/** What a line tells that concerns us. */
export type RolloutLine = { timestamp: string | null | undefined } & (
  | { kind: 'meta'; meta: SessionMeta }
  | { kind: 'context'; context: z.infer<typeof turnContext> }
  | { kind: 'record'; record: z.infer<typeof usageRecord> }
  | { kind: 'count'; count: z.infer<typeof tokenCountEvent>['info'] }
  | { kind: 'message'; message: MessageItem }
  | { kind: 'other' }
)

/** Reads one line of a rollout; null for what is none. */
export function parseRolloutLine(text: string): RolloutLine | null {
  const line = envelope.safeParse(jsonOf(text)).data
  if (line === undefined) return null
  const { timestamp, payload } = line
  const other: RolloutLine = { timestamp, kind: 'other' }
  switch (line.type) {
    case 'session_meta': {
      const meta = sessionMeta.safeParse(payload).data
      return meta ? { timestamp, kind: 'meta', meta } : other
    }
    case 'turn_context': {
      const context = turnContext.safeParse(payload).data
      return context ? { timestamp, kind: 'context', context } : other
    }
    case 'token_usage_record': {
      const record = usageRecord.safeParse(payload).data
      return record ? { timestamp, kind: 'record', record } : other
    }
    case 'event_msg': {
      const event = tokenCountEvent.safeParse(payload).data
      return event ? { timestamp, kind: 'count', count: event.info } : other
    }
    case 'response_item': {
      const message = messageItem.safeParse(payload).data
      return message ? { timestamp, kind: 'message', message } : other
    }
    default:
      return other
  }
}
