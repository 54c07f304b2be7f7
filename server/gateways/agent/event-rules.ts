import type { AgentToDaemon } from '@/contracts/agent-protocol/events'

/**
 * Of what an agent may speak with an event, which is judged before anything is done with it:
 *
 * - `runner`: of one runner, which must be its node's. `runners`: of many; those of other nodes are left out.
 * - `watched`: of a runner that this very connection was asked to show.
 * - `session`: of sessions on its own disk; one that is on another node's is refused by the service that takes it. A runner
 *   that is named beside it must be the node's.
 * - `itself`: of nobody but itself.
 */
export type AgentRule = 'runner' | 'runners' | 'watched' | 'session' | 'itself'

/** An event without a line here does not compile, and is not listened for. */
export const AGENT_EVENT_RULES: Record<keyof AgentToDaemon, AgentRule> = {
  join: 'runners',
  runnerStarted: 'runner',
  runnerExited: 'runner',
  heartbeat: 'runners',
  output: 'watched',
  outputSkipped: 'watched',
  resized: 'runner',
  activity: 'runner',
  notice: 'runner',
  sessionBound: 'runner',
  approvalRequested: 'runner',
  approvalClosed: 'runner',
  transcriptCursors: 'session',
  transcriptBatch: 'session',
  transcriptMissing: 'session',
  telemetry: 'session',
  renewCertificate: 'itself',
  runnerConfined: 'runner',
}

/** Whether there is a rule for an event of this name. */
export const hasRule = (event: string): event is keyof AgentToDaemon => Object.hasOwn(AGENT_EVENT_RULES, event)
