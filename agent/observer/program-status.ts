import type { RunnerActivity } from '@/contracts/runner/status'

/** Answers a program that asks whether its terminal understands program status (OSC 7501). */
export const STATUS_HANDSHAKE = '\x1b]7501;?\x1b\\'
/** Longest message that is kept: a line on a tile. */
const MAX_MESSAGE_LENGTH = 300

/** What a program says of itself. `activity` null: it says nothing any more, since it ends. */
export interface StatedStatus {
  activity: RunnerActivity | null
  message: string | null
}

/** A parsed `OSC 7501`: a question whether we listen, a state, or null for what is not of the program itself. */
export type ProgramStatus = { kind: 'question' } | ({ kind: 'state' } & StatedStatus) | null

/** Of `blocked`, by its kind: whoever waits for anything but a permission waits for something to be said. */
const blockedFor = (kind: string | undefined): RunnerActivity =>
  kind === undefined || kind === 'permission' ? 'waiting_permission' : 'waiting_input'

const STATES: Readonly<Record<string, (kind: string | undefined) => RunnerActivity | null>> = {
  working: () => 'working',
  blocked: blockedFor,
  idle: () => 'idle',
  // The turn is over, well or not: its message says which.
  done: () => 'idle',
  error: () => 'idle',
  clear: () => null,
}

/**
 * Reads the payload of OSC 7501, `?` or `state=S:app=A[:kind=K][:msg=BASE64]...`, fields in any order. States may be
 * skipped by the program: the last one is what counts. A record with an `id` is of a sub-agent and says nothing of the
 * program.
 */
export function parseProgramStatus(payload: string): ProgramStatus {
  if (payload === '?') return { kind: 'question' }
  const fields = new Map(payload.split(':').map((field) => [field.split('=')[0], field.slice(field.indexOf('=') + 1)]))
  const state = Object.hasOwn(STATES, fields.get('state') ?? '') ? STATES[fields.get('state') ?? ''] : undefined
  if (state === undefined || fields.has('id')) return null
  return { kind: 'state', activity: state(fields.get('kind')), message: decodeMessage(fields.get('msg')) }
}

/** The message in one line; null for none, and for what is not base64 of UTF-8. */
function decodeMessage(encoded: string | undefined): string | null {
  if (encoded === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))
    return (
      text
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, MAX_MESSAGE_LENGTH) || null
    )
  } catch {
    return null
  }
}
