import type { BindingCause } from '@/contracts/agent-protocol/activity'
import type { HookEvent } from '../loopback/hook-event'

/** SessionStart's `source`, as causes; a source that is not known is a session that was found open. */
const BY_SOURCE: Readonly<Record<string, BindingCause>> = {
  startup: 'launch',
  resume: 'resume',
  clear: 'clear',
  fork: 'fork',
  compact: 'compact',
}

/** SessionEnd's `reason` foretells why the next session is opened. */
const BY_REASON: Readonly<Record<string, BindingCause>> = { clear: 'clear', resume: 'resume' }

/** Why a session was opened, by the hook of its start. */
export const causeOfStart = (event: HookEvent): BindingCause => BY_SOURCE[event.source ?? ''] ?? 'found'

/** Why the next session is opened, by the end of the one before. */
export const causeAfterEnd = (event: HookEvent): BindingCause => BY_REASON[event.reason ?? ''] ?? 'found'
