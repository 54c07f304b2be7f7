import type { UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { HookEvent } from '../../../loopback/hook-event'
import type { AskedPermission, ProgramEvent } from './program-event'
import { inputOf, nameOf } from './tool-words'

/** Messages whose model is remembered; a request is over seconds or minutes after its message began. */
const MAX_MESSAGES = 200
/** Tools that ask for the permission to edit. */
const EDITS: ReadonlySet<string> = new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit'])
/** Calls whose input is remembered, for the permission they may ask for. */
const MAX_CALLS = 200

/** What one event comes to. */
export interface Telling {
  hooks: HookEvent[]
  usage: UsageRecord[]
}

/** opencode's events as the hooks that the agent understands. */
export interface Translator {
  /** Whether it has been told of this session before. */
  knows(sessionId: string): boolean
  /** A session that was there before: whose it is. */
  learn(session: { id: string; parentID?: string | undefined }): void
  event(event: ProgramEvent): Telling
  /** A person's prompt, before it is sent to the model. */
  prompt(sessionId: string, text: string): HookEvent[]
  /** The prompt was refused: no turn begins. */
  dropped(sessionId: string): HookEvent[]
  /** A tool is about to run. */
  toolBegins(call: { sessionID: string; callID: string; tool: string }, args: unknown): HookEvent
  toolEnded(call: { sessionID: string; callID: string; tool: string; args: unknown }): HookEvent
  question(asked: AskedPermission): HookEvent
}

/** `openSession` is the conversation it was started with, if any. `now`: Unix milliseconds. */
export function createTranslator(openSession: string | null, now: () => number): Translator {
  let current = openSession
  /** Whether the last prompt began a turn. */
  let begun = false
  const known = new Set<string>(openSession === null ? [] : [openSession])
  const parents = new Map<string, string>()
  const busy = new Set<string>()
  const failures = new Map<string, string>()
  const models = new Map<string, string>()
  const calls = new Map<string, { tool: string; input: Record<string, unknown> }>()
  /** Questions that stand, and whose they are. */
  const asking = new Map<string, string>()

  const remember = <Value>(map: Map<string, Value>, key: string, value: Value, max: number): void => {
    map.set(key, value)
    const oldest = map.keys().next().value
    if (map.size > max && oldest !== undefined) map.delete(oldest)
  }

  const rootOf = (sessionId: string): string => {
    const parent = parents.get(sessionId)
    return parent === undefined ? sessionId : rootOf(parent)
  }
  /** What every hook of a session says of whose it is. */
  const whose = (sessionId: string) => ({
    session_id: rootOf(sessionId),
    ...(parents.has(sessionId) ? { agent_id: sessionId } : {}),
  })

  /** The conversation goes on in this session. */
  function opened(sessionId: string, source: string): HookEvent[] {
    if (parents.has(sessionId) || current === sessionId) return []
    current = sessionId
    return [{ hook_event_name: 'SessionStart', session_id: sessionId, source }]
  }

  function turnEnds(sessionId: string): HookEvent {
    const error = failures.get(sessionId)
    failures.delete(sessionId)
    if (parents.has(sessionId)) return { hook_event_name: 'SubagentStop', ...whose(sessionId) }
    return error === undefined
      ? { hook_event_name: 'Stop', ...whose(sessionId) }
      : { hook_event_name: 'StopFailure', ...whose(sessionId), error, last_assistant_message: error }
  }

  function hooksOf(event: ProgramEvent): HookEvent[] {
    switch (event.type) {
      case 'session.created': {
        const { id, parentID, agent, title } = event.properties.info
        known.add(id)
        if (parentID === undefined) return opened(id, current === null ? 'startup' : 'found')
        parents.set(id, parentID)
        return [{ hook_event_name: 'SubagentStart', ...whose(id), agent_type: (agent ?? title ?? '').slice(0, 200) }]
      }
      case 'session.status': {
        const { sessionID, status } = event.properties
        if (status.type === 'idle') return busy.delete(sessionID) ? [turnEnds(sessionID)] : []
        if (busy.has(sessionID)) return []
        busy.add(sessionID)
        // Of a turn that no prompt began, a compaction for one.
        return parents.has(sessionID) ? [] : [{ hook_event_name: 'UserPromptSubmit', ...whose(sessionID) }]
      }
      case 'session.error': {
        const { sessionID, error } = event.properties
        // Interrupted by its user: no failure.
        if (sessionID !== undefined && error !== undefined && error.name !== 'MessageAbortedError')
          failures.set(sessionID, (error.data.message ?? error.name).slice(0, 200))
        return []
      }
      case 'message.part.updated': {
        const { part } = event.properties
        if (part.type === 'step-finish') return []
        const { sessionID, callID, state } = part
        const [tool_name, tool_input] = [nameOf(part.tool), inputOf(state.input)]
        return [
          { hook_event_name: 'PostToolUseFailure', ...whose(sessionID), tool_name, tool_use_id: callID, tool_input },
        ]
      }
      case 'permission.replied': {
        const { sessionID, requestID } = event.properties
        asking.delete(requestID)
        const root = rootOf(sessionID)
        const isAsked = [...asking.values()].some((asker) => rootOf(asker) === root)
        return [
          isAsked
            ? { hook_event_name: 'Notification', session_id: root, notification_type: 'permission_prompt' }
            : { hook_event_name: 'PermissionReplied', session_id: root },
        ]
      }
      case 'question.asked':
        return [
          {
            hook_event_name: 'Notification',
            ...whose(event.properties.sessionID),
            notification_type: 'elicitation_dialog',
          },
        ]
      case 'question.replied':
      case 'question.rejected':
        return [{ hook_event_name: 'UserPromptSubmit', session_id: rootOf(event.properties.sessionID) }]
      default:
        return []
    }
  }

  function usageOf(event: ProgramEvent): UsageRecord[] {
    if (event.type === 'message.updated') {
      const { id, modelID } = event.properties.info
      remember(models, id, modelID, MAX_MESSAGES)
      return []
    }
    if (event.type !== 'message.part.updated') return []
    const { part, time } = event.properties
    // What is copied into a fork was used before, in the session it is copied from: nothing runs in the fork then.
    if (part.type !== 'step-finish' || !busy.has(part.sessionID)) return []
    const { input, output, reasoning, cache } = part.tokens
    return [
      {
        requestId: part.id,
        messageId: part.messageID,
        providerSessionId: rootOf(part.sessionID),
        subagentId: parents.has(part.sessionID) ? part.sessionID : null,
        model: models.get(part.messageID) ?? '',
        at: time ?? now(),
        // How long a cache write lives is not told: the shorter is what programs ask for unless told otherwise.
        tokens: {
          input,
          output: output + reasoning,
          cacheRead: cache.read,
          cacheWrite5m: cache.write,
          cacheWrite1h: 0,
        },
      },
    ]
  }

  return {
    knows: (sessionId) => known.has(sessionId),
    learn({ id, parentID }) {
      known.add(id)
      if (parentID !== undefined) parents.set(id, parentID)
    },
    event: (event) => ({ hooks: hooksOf(event), usage: usageOf(event) }),
    prompt(sessionId, prompt) {
      if (parents.has(sessionId)) return []
      begun = !busy.has(sessionId)
      busy.add(sessionId)
      return [...opened(sessionId, 'resume'), { hook_event_name: 'UserPromptSubmit', session_id: sessionId, prompt }]
    },
    // A turn that was under way before goes on.
    dropped: (sessionId) => (begun && busy.delete(sessionId) ? [turnEnds(sessionId)] : []),
    toolBegins({ sessionID, callID, tool }, args) {
      const tool_input = inputOf(args)
      remember(calls, `${sessionID} ${callID}`, { tool, input: tool_input }, MAX_CALLS)
      return {
        hook_event_name: 'PreToolUse',
        ...whose(sessionID),
        tool_name: nameOf(tool),
        tool_use_id: callID,
        tool_input,
      }
    },
    toolEnded: ({ sessionID, callID, tool, args }) => ({
      hook_event_name: 'PostToolUse',
      ...whose(sessionID),
      tool_name: nameOf(tool),
      tool_use_id: callID,
      tool_input: inputOf(args),
    }),
    question({ id, sessionID, permission, patterns, metadata, always, tool }) {
      asking.set(id, sessionID)
      const call = calls.get(`${sessionID} ${tool?.callID}`)
      // What is asked for besides (a directory outside of the project, say) is not what the call was given.
      const isItsOwn =
        call !== undefined && (call.tool === permission || (permission === 'edit' && EDITS.has(call.tool)))
      const tool_name = nameOf(isItsOwn ? call.tool : permission)
      const rules = always.map((ruleContent) => ({ toolName: tool_name, ruleContent }))
      return {
        hook_event_name: 'PermissionRequest',
        ...whose(sessionID),
        tool_name,
        tool_input: isItsOwn ? call.input : { ...inputOf(metadata), patterns },
        told_when_over: true,
        ...(rules.length > 0
          ? { permission_suggestions: [{ type: 'addRules', rules, behavior: 'allow', destination: 'session' }] }
          : {}),
      }
    },
  }
}
