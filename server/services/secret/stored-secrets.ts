import { type Settings, settingDefinition } from '@/config/settings'
import { type SecretsOverview, type StorableSecret, type StoredSecret, storableSecret } from '@/contracts/secret/secret'
import { requireInInstallation } from '../../core/access/access'
import { invalidInput, notFound } from '../../core/errors'
import { keyIdOf, open, seal } from '../../core/secret-box'
import { type Tx, withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { recordRead } from '../audit/record-read'
import type { ServiceContext } from '../service-context'
import { countSealedValues, secretContext } from './sealed-values'
import { tellOfSecret } from './tell-of-secret'

const target = (name: StorableSecret) => ({ type: 'secret', id: name })

/** Which secrets are kept, and the key that seals. Values never leave the server. */
export async function listSecrets(ctx: ServiceContext): Promise<SecretsOverview> {
  requireInInstallation(ctx, 'admin')
  await recordRead(ctx, { action: 'secret.list', target: { type: 'installation', id: 'secrets' } })
  const rows = await ctx.db.prisma.storedSecret.findMany({ orderBy: { name: 'asc' } })
  const sealed = await countSealedValues(ctx.db.prisma)
  return {
    keyId: ctx.keys.secrets.current().id,
    sealed,
    secrets: rows.map(({ name, ciphertext, updatedAt }) => ({
      name: storableSecret.parse(name),
      keyId: keyIdOf(ciphertext),
      updatedAt: updatedAt.toISOString(),
    })),
  }
}

/** Keeps a secret setting, sealed. Processes use it from their next start on. Throws `invalid_input` for none of its kind. */
export async function setSecret(
  ctx: ServiceContext,
  { name, value }: { name: StorableSecret; value: string },
): Promise<StoredSecret> {
  requireInInstallation(ctx, 'admin')
  const checked = settingDefinition(name).schema.safeParse(value)
  if (!checked.success) throw invalidInput('value', checked.error.issues[0]?.message ?? 'is not valid')
  ctx.keys.known.add([value])
  return withTransaction(ctx.db, async (tx) => {
    const row = { ciphertext: seal(ctx.keys.secrets, secretContext(name), value), updatedAt: ctx.clock.now() }
    await tx.storedSecret.upsert({ where: { name }, create: { name, ...row }, update: row })
    await tellOfSecret(tx)
    await record(ctx, tx, 'secret.set', name)
    return { name, keyId: keyIdOf(row.ciphertext), updatedAt: row.updatedAt.toISOString() }
  })
}

/** Forgets a secret setting. Throws `not_found`. */
export async function unsetSecret(
  ctx: ServiceContext,
  { name }: { name: StorableSecret },
): Promise<{ name: StorableSecret }> {
  requireInInstallation(ctx, 'admin')
  return withTransaction(ctx.db, async (tx) => {
    const { count } = await tx.storedSecret.deleteMany({ where: { name } })
    if (count === 0) throw notFound('stored secret', name)
    await record(ctx, tx, 'secret.unset', name)
    return { name }
  })
}

const record = (ctx: ServiceContext, tx: Tx, action: string, name: StorableSecret): Promise<void> =>
  recordChange(ctx, tx, { action, target: target(name), data: { name } }, [])

/** The settings of a process with the kept secrets in them; what the environment or the file says wins. */
export async function withStoredSecrets<S extends Settings>(
  ctx: Pick<ServiceContext, 'db' | 'keys'>,
  settings: S,
): Promise<S> {
  return { ...(await openStoredSecrets(ctx)), ...settings }
}

/** The kept secrets by their names, which are known from then on. */
export async function openStoredSecrets(ctx: Pick<ServiceContext, 'db' | 'keys'>): Promise<Record<string, string>> {
  const rows = await ctx.db.prisma.storedSecret.findMany()
  const stored = Object.fromEntries(rows.map(({ name, ciphertext }) => [name, openSecret(ctx, name, ciphertext)]))
  ctx.keys.known.add(Object.values(stored))
  return stored
}

function openSecret(ctx: Pick<ServiceContext, 'keys'>, name: string, ciphertext: Uint8Array): string {
  try {
    return open(ctx.keys.secrets, secretContext(name), ciphertext)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the stored secret ${name} cannot be opened: ${why}`, { cause })
  }
}
