import { z } from 'zod'
import type { KeyRing } from '../../core/key-ring'
import { open, seal } from '../../core/secret-box'

/** A button works this long. */
export const ACTION_TOKEN_LIFETIME_MS = 24 * 60 * 60_000
/** Longer than any token of ours; what is longer is not looked at. */
const MAX_TOKEN_LENGTH = 512
// Binds a token to its use: no other ciphertext under the same key opens as one.
const SEAL_CONTEXT = 'notification-action'

const expires = z.number().int()
const sealed = z.discriminatedUnion('action', [
  z.object({ action: z.literal('stop'), runnerId: z.uuid(), epoch: z.number().int(), expires }),
  z.object({ action: z.enum(['approve', 'deny']), approvalId: z.uuid(), expires }),
  z.object({ action: z.literal('raise'), budgetId: z.uuid(), periodStart: z.string(), limit: z.number(), expires }),
])

/** What a button may do, for a day: one thing, to one life of a runner, one thing it asks, or one period of a budget. */
export type ActionGrant = z.infer<typeof sealed>

/** A capability in URL-safe text. Nobody but this installation can make or read one. */
export const sealAction = (keys: KeyRing, grant: ActionGrant): string =>
  Buffer.from(seal(keys, SEAL_CONTEXT, JSON.stringify(grant))).toString('base64url')

/** What a token grants, expired or not; null for what is none of ours. */
export function openAction(keys: KeyRing, token: string): ActionGrant | null {
  if (token.length > MAX_TOKEN_LENGTH) return null
  const bytes = Buffer.from(token, 'base64url')
  // One capability has one spelling.
  if (bytes.toString('base64url') !== token) return null
  try {
    return sealed.parse(JSON.parse(open(keys, SEAL_CONTEXT, bytes)))
  } catch {
    // Whatever is wrong with it, it grants nothing; saying what would only help to forge one.
    return null
  }
}
