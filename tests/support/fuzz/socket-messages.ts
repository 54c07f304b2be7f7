import fc from 'fast-check'
import type { AgentToDaemon } from '@/contracts/agent-protocol/events'
import { HOSTILE_ON_SOCKETS } from './hostile-values'

/** Rounds over all events of a socket. */
export const SOCKET_ROUNDS = 12

/** So that an event that is added is tried too: the compiler asks for it. */
export const AGENT_EVENTS = {
  join: 0,
  runnerStarted: 0,
  runnerExited: 0,
  heartbeat: 0,
  output: 0,
  outputSkipped: 0,
  resized: 0,
  activity: 0,
  sessionBound: 0,
  approvalRequested: 0,
  approvalClosed: 0,
  transcriptCursors: 0,
  transcriptBatch: 0,
  transcriptMissing: 0,
  telemetry: 0,
  notice: 0,
  runnerConfined: 0,
  renewCertificate: 0,
} satisfies Record<keyof AgentToDaemon, 0>

/** Up to three arguments that do not belong there, for each event and round. */
export const socketMessages = (events: object, seed: number): [string, unknown[]][] => {
  const names = fc.constantFrom(...Object.keys(events), 'nothing', 'connection')
  const values = fc.array(fc.constantFrom(...HOSTILE_ON_SOCKETS), { maxLength: 3 })
  return fc.sample(fc.tuple(names, values), { numRuns: SOCKET_ROUNDS * Object.keys(events).length, seed })
}
