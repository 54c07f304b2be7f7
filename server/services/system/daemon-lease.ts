import type { ClientBase } from 'pg'

/** Key of the advisory lock that the leading daemon's session holds ("Stra", 1): two numbers, so no other lock is it. */
const LOCK_CLASS = 0x53747261
const LOCK_OBJECT = 1

type Session = Pick<ClientBase, 'query'>

/** Who leads, or led last. `epoch` grows with every taking of the lead, and fences the writes of earlier ones. */
export interface DaemonLease {
  epoch: bigint
  pid: number | null
  hostname: string | null
}

interface LeaseRow {
  epoch: string
  pid: number | null
  hostname: string | null
}

const toLease = (row: LeaseRow | undefined): DaemonLease => {
  if (!row) throw new Error('daemon_lease has no row: the migration did not run')
  return { epoch: BigInt(row.epoch), pid: row.pid, hostname: row.hostname }
}

/** Takes the lock if nobody has it. It is this session's until it ends or gives it back. */
export async function tryLeadLock(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
    LOCK_CLASS,
    LOCK_OBJECT,
  ])
  return rows[0]?.taken === true
}

/** Gives the lock back. */
export async function releaseLeadLock(session: Session): Promise<void> {
  await session.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_CLASS, LOCK_OBJECT])
}

/** The lease as it is now. */
export async function readLease(session: Session): Promise<DaemonLease> {
  const { rows } = await session.query<LeaseRow>('SELECT epoch, pid, hostname FROM daemon_lease WHERE id = 1')
  return toLease(rows[0])
}

/**
 * Begins to lead, in a session that holds the lock: the next epoch. Waits for fenced transactions that are under way,
 * so nothing of an earlier epoch is committed after this returns.
 */
export async function beginLease(
  session: Session,
  daemon: { pid: number; hostname: string; now: Date },
): Promise<DaemonLease> {
  const { rows } = await session.query<LeaseRow>(
    `UPDATE daemon_lease SET epoch = epoch + 1, pid = $1, hostname = $2, acquired_at = $3, released_at = NULL
      WHERE id = 1 RETURNING epoch, pid, hostname`,
    [daemon.pid, daemon.hostname, daemon.now],
  )
  return toLease(rows[0])
}

/** Notes that the daemon of this epoch leads no more; nothing when another one has led since. */
export async function endLease(session: Session, epoch: bigint, now: Date): Promise<void> {
  await session.query('UPDATE daemon_lease SET released_at = $2 WHERE id = 1 AND epoch = $1', [epoch, now])
}

/** Ends a lost session of our own that the server still counts as alive, by the server's pid of it. */
export async function endLostSession(session: Session, backendPid: number): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND classid = $1::int8::oid AND objid = $2::int8::oid AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid = $3`,
    [LOCK_CLASS, LOCK_OBJECT, backendPid],
  )
}
