import type { RunnerActivity } from '@/contracts/runner/status'

/** Answers a program that asks whether its terminal understands program status (OSC 7501). */
export const STATUS_HANDSHAKE = '\x1b]7501;?\x1b\\'

/** A parsed `OSC 7501`: a question whether we listen, a state, or null for what we do not know. */
export type ProgramStatus = { kind: 'question' } | { kind: 'state'; activity: RunnerActivity } | null

/**
 * Reads the payload of OSC 7501, `?` or `state=S:app=A[:kind=K]...`. States may be skipped by the program: the last
 * one is what counts.
 */
export function parseProgramStatus(payload: string): ProgramStatus {
  if (payload === '?') return { kind: 'question' }
  const fields = new Map(payload.split(':').map((field) => [field.split('=')[0], field.slice(field.indexOf('=') + 1)]))
  switch (fields.get('state')) {
    case 'working':
      return { kind: 'state', activity: 'working' }
    case 'blocked':
      return { kind: 'state', activity: fields.get('kind') === 'question' ? 'waiting_input' : 'waiting_permission' }
    case 'idle':
    case 'done':
    case 'error':
      return { kind: 'state', activity: 'idle' }
    case 'clear':
      return { kind: 'state', activity: 'unknown' }
    default:
      return null
  }
}
