import { existsSync } from 'node:fs'
import { keyIdOf, open, UnknownKey } from '../../core/secret-box'
import { type Database, withTransaction } from '../../db/database'
import { lockSealedValues } from '../secret/sealed-values'
import { ensureKeyFile } from './installation-keys'
import { openKeyRing } from './key-ring-file'

/**
 * Makes the key of what is stored encrypted, where there is none and nothing is sealed yet. Throws, saying so, when
 * something is sealed that the keys in `path` do not open: with a fresh key it would be lost for good.
 */
export async function requireSecretsKey(db: Database, path: string): Promise<void> {
  const values = await withTransaction(db, lockSealedValues)
  const count = `${values.length} ${values.length === 1 ? 'value' : 'values'}`
  const isThere = existsSync(path)
  if (!isThere && values.length > 0) {
    const ids = [...new Set(values.map(({ sealed }) => keyIdOf(sealed) ?? 'of before keys had names'))]
    throw new Error(
      `${path} is missing, and the database holds ${count} sealed with it (key ${ids.join(', ')}). Put it back from your backup; nothing was changed. If it is lost: docs/secrets.md.`,
    )
  }
  if (!isThere) await ensureKeyFile(path)
  const ring = openKeyRing(path)
  // One that was changed although its key is here is no matter of keys: who needs it is told.
  const unopened = values.filter(({ context, sealed }) => {
    try {
      open(ring, context, sealed)
      return false
    } catch (error) {
      return error instanceof UnknownKey || keyIdOf(sealed) === null
    }
  })
  const [first] = unopened
  if (first === undefined) return
  const key = keyIdOf(first.sealed)
  throw new Error(
    `${path} does not open ${unopened.length} of ${count} in the database, ${first.context} first${key === null ? '' : ` (sealed with key ${key})`}: it is another key. Put the right one back; nothing was changed. If it is lost: docs/secrets.md.`,
  )
}
