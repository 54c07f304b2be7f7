import type pg from 'pg'
import type { ChainEnd, Checkpoint, SignedAudit } from '@/contracts/audit/audit'
import type { ServiceContext } from '../service-context'

/** What reads of one snapshot. */
type Session = Pick<pg.PoolClient, 'query'>

interface Row extends Omit<SignedAudit, 'seq' | 'at' | 'mac'> {
  seq: string
  at: Date
  mac: Buffer
}

/** The columns of a row as the API and the verifier know it. */
export const AUDIT_COLUMNS = `seq, at, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", via,
  request_id AS "requestId", remote_addr AS "remoteAddr", credential, action, target_type AS "targetType",
  target_id AS "targetId", data, version, key_id AS "keyId", mac`

/** A row as it is signed: times with milliseconds, bytes in hexadecimal. */
export const toSignedAudit = (row: Row): SignedAudit => ({
  ...row,
  seq: Number(row.seq),
  at: row.at.toISOString(),
  mac: row.mac.toString('hex'),
})

/** Runs `read` on one snapshot of the database: the chain grows meanwhile. */
export async function onSnapshot<T>(
  ctx: Pick<ServiceContext, 'db'>,
  read: (session: Session) => Promise<T>,
): Promise<T> {
  const client = await ctx.db.pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await read(client)
  } finally {
    await client.query('ROLLBACK').finally(() => client.release())
  }
}

/** Rows behind `after`, oldest first. */
export async function readChain(session: Session, after: number, limit: number): Promise<SignedAudit[]> {
  const { rows } = await session.query<Row>(
    `SELECT ${AUDIT_COLUMNS} FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2`,
    [after, limit],
  )
  return rows.map(toSignedAudit)
}

/** The recorded end of the chain. */
export async function readTip(session: Session): Promise<ChainEnd> {
  const { rows } = await session.query<{ seq: string; mac: Buffer }>('SELECT seq, mac FROM audit_tip WHERE id = 1')
  const [tip] = rows
  return tip ? { seq: Number(tip.seq), mac: tip.mac.toString('hex') } : { seq: 0, mac: '' }
}

/** What stands for pruned rows; null when none were. */
export async function readCheckpoint(session: Session): Promise<Checkpoint | null> {
  const { rows } = await session.query<{ seq: string; mac: Buffer; at: Date; keyId: string; signature: Buffer }>(
    `SELECT seq, mac, pruned_at AS at, key_id AS "keyId", signature FROM audit_checkpoints ORDER BY seq DESC LIMIT 1`,
  )
  const [row] = rows
  return row === undefined
    ? null
    : {
        seq: Number(row.seq),
        mac: row.mac.toString('hex'),
        prunedAt: row.at.toISOString(),
        keyId: row.keyId,
        signature: row.signature.toString('hex'),
      }
}
