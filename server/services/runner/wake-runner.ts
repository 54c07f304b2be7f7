import type { Tx } from '../../db/database'
import { WAKE_CHANNEL } from '../../db/listen'

/** Tells the daemon, once this transaction commits, that the runner needs looking at. */
export async function wake(tx: Tx, runnerId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM (SELECT pg_notify(${WAKE_CHANNEL}, ${runnerId})) AS woken`
}
