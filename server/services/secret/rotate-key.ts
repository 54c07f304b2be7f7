import { homePaths } from '@/config/paths'
import type { SecretsRotated } from '@/contracts/secret/secret'
import { requireInInstallation } from '../../core/access/access'
import { StratavoreError } from '../../core/errors'
import { open, seal } from '../../core/secret-box'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { addKey, dropOldKeys } from '../installation/key-ring-file'
import type { ServiceContext } from '../service-context'
import { lockKeyRing, lockSealedValues, type SealedValue } from './sealed-values'

/**
 * Makes a new key and seals everything with it, in one transaction. The new key is in the file before anything is sealed
 * with it and the old ones stay until all is: wherever this ends, every value can be opened. Throws `invalid_state`, with
 * nothing changed, when one cannot be now.
 */
export async function rotateKey(ctx: ServiceContext): Promise<SecretsRotated> {
  requireInInstallation(ctx, 'admin')
  const path = homePaths(ctx.settings.home).secretsKey
  const ring = ctx.keys.secrets
  const previousKeyId = ring.current().id
  const rotated = await withTransaction(ctx.db, async (tx) => {
    const opened = (await lockSealedValues(tx)).map((value) => ({ ...value, text: openOne(ctx, value) }))
    const { id: keyId } = await addKey(path)
    for (const { context, text, replace } of opened) await replace(tx, seal(ring, context, text))
    const data = { keyId, previousKeyId, sealedAnew: opened.length }
    await recordChange(ctx, tx, { action: 'secret.rotate', target: { type: 'key', id: keyId }, data }, [])
    return data
  })
  // Another rotation may have put its key into the file, and be about to seal with it: none is lost to a stale copy of it.
  await withTransaction(ctx.db, async (tx) => {
    await lockKeyRing(tx)
    await dropOldKeys(path, rotated.keyId)
  })
  return rotated
}

function openOne(ctx: ServiceContext, { context, sealed }: SealedValue): string {
  try {
    return open(ctx.keys.secrets, context, sealed)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StratavoreError('invalid_state', `${context} cannot be opened: ${why}. Nothing was changed.`, {
      hint: 'Put the right keys/secrets.key back, or set that value anew, and rotate again.',
      cause,
    })
  }
}
