import type { Tx } from './database'

/** Serialises whatever counts and then inserts under `key` (a project's slots, an idempotency key) until the commit. */
export async function lockKey(tx: Tx, key: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))) AS locked`
}
