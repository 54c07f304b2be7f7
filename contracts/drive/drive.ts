import { z } from 'zod'
import { timestamp, uuid } from '../primitives'

/**
 * Why somebody drives no longer: their connection is gone, they gave the seat back, somebody else has it, the runner's life
 * is over, or the daemon that served them died.
 */
export const driveEnd = z.enum(['left', 'released', 'taken', 'ended', 'lost'])
export type DriveEnd = z.infer<typeof driveEnd>

/** Somebody had the driver seat of a runner: whatever its terminal was sent meanwhile came from them. */
export const drive = z.object({
  id: uuid,
  /** The life of the runner. */
  epoch: z.number().int(),
  userId: uuid,
  userName: z.string(),
  /** How they were signed in, as the audit log names it: `password:<session id>`, `token:<token id>`. */
  credential: z.string(),
  beganAt: timestamp,
  /** Null: they drive now. With `lost`, when it was known last that they did. */
  endedAt: timestamp.nullable(),
  endCause: driveEnd.nullable(),
  /** What they sent: keys, pastes, and what their terminal answers. */
  inputBytes: z.number().int(),
  lastInputAt: timestamp.nullable(),
})
export type Drive = z.infer<typeof drive>

export const driversInput = z.object({ id: uuid, limit: z.number().int().min(1).max(500).default(50) })

const ENDS: Record<DriveEnd, string> = {
  left: 'their connection ended',
  released: 'gave the seat back',
  taken: 'somebody else took over',
  ended: 'the program ended',
  lost: 'at least: the daemon died',
}

/** Why they drive no longer, for people. */
export const driveEndWords = (cause: DriveEnd | null): string => (cause === null ? 'drives now' : ENDS[cause])
