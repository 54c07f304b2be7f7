import type { Tx } from './database'

/** Serialises whatever counts and then inserts under `key` (a project's slots, an idempotency key) until the commit. */
export async function lockKey(tx: Tx, key: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))) AS locked`
}

/** Shares `key` with others who share it, until the commit; whoever takes it with `lockKey` waits for all of them. */
export async function shareKey(tx: Tx, key: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))) AS locked`
}
