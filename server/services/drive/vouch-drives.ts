import type { DriveContext } from './begin-drive'

/** Somebody who drives, and what they have sent so far. */
export interface OpenDrive {
  id: string
  inputBytes: number
  lastInputAt: Date | null
}

/**
 * Says of those who drive that they did until now, in one statement: like a heartbeat, no change that anybody made. Of a
 * daemon that no longer leads nothing is taken.
 */
export async function vouchDrives(ctx: DriveContext, drives: readonly OpenDrive[], seenAt: Date): Promise<void> {
  if (drives.length === 0) return
  await ctx.db.pool.query(
    `UPDATE drive_spans d SET seen_at = $4, input_bytes = o.bytes, last_input_at = o.last
       FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS o (id, bytes, last)
      WHERE d.id = o.id AND d.ended_at IS NULL
        AND ($5::bigint IS NULL OR $5 = (SELECT epoch FROM daemon_lease WHERE id = 1))`,
    [
      drives.map(({ id }) => id),
      drives.map(({ inputBytes }) => inputBytes),
      drives.map(({ lastInputAt }) => lastInputAt),
      seenAt,
      ctx.fence?.epoch() ?? null,
    ],
  )
}
