import { type Database, type Tx, withTransaction } from '../db/database'

/**
 * Does `work` for an event unless this consumer has done it before; both are remembered in one transaction. Returns
 * whether it was done now.
 */
export function actOnce(
  db: Database,
  consumer: string,
  eventId: string,
  work: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  return withTransaction(db, async (tx) => {
    // Two deliveries at once: the second waits for the first's commit here, and finds its row.
    const inserted = await tx.$executeRaw`
      INSERT INTO consumed_events (consumer, event_id) VALUES (${consumer}, ${eventId}::uuid) ON CONFLICT DO NOTHING`
    if (inserted === 0) return false
    await work(tx)
    return true
  })
}
