import type { EmbeddedDatabase } from '../../support/embedded-database'
import { waitUntil } from '../../support/wait-until'

/** Events that are parked at a time. */
const PARKED = 4

/**
 * Makes the newest published events look as if the broker had refused them until they were given up, which takes it
 * minutes. Returns their ids.
 */
export function parkEvents({ pool }: EmbeddedDatabase, error: string): Promise<string[]> {
  return waitUntil('there are published events', async () => {
    const { rows } = await pool.query<{ id: string }>(
      `UPDATE outbox_events SET published_at = NULL, dead_at = now(), attempts = 12, refusals = 12, last_error = $1
       WHERE seq IN (SELECT seq FROM outbox_events WHERE published_at IS NOT NULL AND type <> 'system.alert'
                     ORDER BY seq DESC LIMIT $2)
       RETURNING id`,
      [error, PARKED],
    )
    return rows.length > 0 && rows.map(({ id }) => id)
  })
}
