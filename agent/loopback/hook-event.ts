import { z } from 'zod'

const text = (max: number) => z.string().max(max).optional().catch(undefined)
const object = z.record(z.string(), z.unknown())

/** Longest name or id a program gives; what is longer is no name. */
const NAME = 200
const PATH = 4096

/**
 * What a hook of a program says, as far as Stratavore uses it; unknown fields are kept. Versions differ: a known field of
 * another shape counts as missing, and only an event without a name or a session is none.
 */
export const hookEvent = z.looseObject({
  hook_event_name: z.string().min(1).max(NAME),
  session_id: z.string().min(1).max(NAME),
  transcript_path: text(PATH),
  cwd: text(PATH),
  prompt_id: text(NAME),
  permission_mode: text(NAME),
  /** Of a sub-agent, when it is not the conversation itself that speaks. */
  agent_id: text(NAME),
  agent_type: text(NAME),
  /** SessionStart: startup, resume, clear, compact or fork. */
  source: text(NAME),
  model: text(NAME),
  /** SessionEnd. */
  reason: text(NAME),
  tool_name: text(NAME),
  tool_use_id: text(NAME),
  tool_input: object.optional().catch(undefined),
  tool_response: z.unknown().optional(),
  /** PermissionRequest: the program says itself what it does once its question is over. */
  told_when_over: z.boolean().optional().catch(undefined),
  permission_suggestions: z.array(object).optional().catch(undefined),
  prompt: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  notification_type: text(NAME),
  /** StopFailure. */
  error: text(NAME),
  last_assistant_message: z.string().optional().catch(undefined),
})
export type HookEvent = z.infer<typeof hookEvent>
