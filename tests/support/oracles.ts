import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { AuditRecord } from '@/contracts/audit/audit'
import { readBootId } from '@/platform/boot-id'
import { startTicksOf } from '@/platform/process-identity'
import { auditMac } from '@/server/core/audit-chain'
import { isAlive, processesOf } from './processes'
import type { Stack } from './stack'
import { waitUntil } from './wait-until'

/** Whatever runs SQL on the stack's database. */
interface Queries {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

/** Live statuses that have a process. */
const WITH_PROCESS = ['running', 'paused', 'stopping', 'lost']
/** Between two looks at how many run: nothing starts and ends within it. */
const SAMPLE_MS = 50
/** A publisher's poll, and its backoff after a fault. */
const DELIVERY_MS = 60_000
/** A daemon of a test's size needs far less; more is a leak. */
const DAEMON_MEMORY_BYTES = 600 * 1024 * 1024

interface ChangeEvent {
  type: string
  subject: string
  status: string
  previous: string
  epoch: number
}

/** O1, in the database: one launch per runner, its changes follow on each other without a gap, and end at its status. */
export async function requireCompleteEvents(db: Queries): Promise<void> {
  const { rows: launches } = await db.query<{ id: string; count: string }>(
    `SELECT r.id, count(e.seq) FROM runners r
       LEFT JOIN outbox_events e ON e.aggregate_id = r.id::text AND e.type = 'runner.launched' GROUP BY 1`,
  )
  const wrong = launches.find(({ count }) => count !== '1')
  if (wrong) throw new Error(`O1: runner ${wrong.id} has ${wrong.count} launch events`)
  const { rows } = await db.query<ChangeEvent>(
    `SELECT type, aggregate_id AS subject, data->>'status' AS status, data->>'previousStatus' AS previous,
            (data->>'epoch')::int AS epoch
       FROM outbox_events WHERE data ? 'previousStatus' ORDER BY seq`,
  )
  const last = new Map<string, ChangeEvent>()
  for (const event of rows) {
    const before = last.get(event.subject)
    // One change may be told by two events: the failure, and that it starts again.
    const same = before?.status === event.status && before.previous === event.previous && before.epoch === event.epoch
    const follows = event.previous === (before?.status ?? 'starting')
    if (!same && !follows) {
      throw new Error(
        `O1: ${event.type} of ${event.subject} says ${event.previous} came before, but ${before?.status} did`,
      )
    }
    last.set(event.subject, event)
  }
  const { rows: runners } = await db.query<{ id: string; status: string }>('SELECT id, status::text FROM runners')
  for (const { id, status } of runners) {
    const told = last.get(id)?.status ?? 'starting'
    if (told !== status) throw new Error(`O1: runner ${id} is ${status}, but the last event says ${told}`)
  }
}

/** O1, on the way out: every event ends confirmed, none is parked. */
export async function requireDeliveredEvents(db: Queries): Promise<void> {
  await waitUntil(
    'O1: every event is confirmed',
    async () => {
      const sql = `SELECT id, type, last_error FROM outbox_events WHERE published_at IS NULL LIMIT 3`
      const { rows } = await db.query(sql)
      if (rows.length > 0) throw new Error(`O1: not delivered: ${JSON.stringify(rows)}`)
      return true
    },
    DELIVERY_MS,
  )
}

/** O3: the processes of live rows live, by pid, start time and boot; those of ended rows do not. */
export async function requireProcessesAsInRows(db: Queries): Promise<void> {
  const { rows } = await db.query<{ id: string; status: string; pid: number; ticks: string; boot: string }>(
    `SELECT id, status::text, pid, pid_start_ticks AS ticks, boot_id AS boot FROM runners WHERE pid IS NOT NULL`,
  )
  const bootId = readBootId()
  for (const { id, status, pid, ticks, boot } of rows) {
    const lives = boot === bootId && startTicksOf(pid) === Number(ticks) && isAlive(pid)
    const should = WITH_PROCESS.includes(status)
    if (lives !== should) {
      throw new Error(`O3: runner ${id} is ${status}, but its process ${pid} ${lives ? 'lives' : 'does not live'}`)
    }
  }
}

/** O4: watches how many runners of each project hold a slot, until stopped; then throws when ever more than its quota. */
export function watchQuotas(db: Queries): { stop(): Promise<void> } {
  let stopped = false
  let worst: string | null = null
  let looks = 0
  const watching = (async () => {
    while (!stopped) {
      const look = await db
        .query<{ name: string; used: number; quota: number }>(
          `SELECT p.name, count(*)::int AS used, q."limit"::int AS quota FROM runners r
             JOIN projects p ON p.id = r.project_id JOIN quotas q ON q.project_id = p.id AND q.kind = 'concurrent_runners'
            WHERE r.status NOT IN ('terminated', 'failed') GROUP BY 1, 3 HAVING count(*) > q."limit"::int`,
        )
        .catch((error: unknown) => {
          // Postgres is one of the parts that die; a question it does not understand is another matter.
          if (error instanceof pg.DatabaseError && error.code?.startsWith('42')) throw error
          return null
        })
      if (look) looks += 1
      for (const row of look?.rows ?? []) worst = `${row.used} of ${row.name} at a quota of ${row.quota}`
      await delay(SAMPLE_MS)
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await watching
      if (looks === 0) throw new Error('O4: nothing was ever seen')
      if (worst !== null) throw new Error(`O4: too many ran: ${worst}`)
    },
  }
}

/** As the driver reads it: the big number as text, the time as a date. */
type AuditRow = Omit<AuditRecord, 'seq' | 'at'> & { seq: string; at: Date; mac: Buffer }

/** O5: every MAC of the audit chain is what it must be, and its head is there. */
export async function requireWholeAuditChain(db: Queries, key: { id: string; secret: Buffer }): Promise<void> {
  const { rows } = await db.query<AuditRow>(
    `SELECT seq, at, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", via,
            request_id AS "requestId", action, target_type AS "targetType", target_id AS "targetId", data,
            version, remote_addr AS "remoteAddr", credential, mac
       FROM audit_events ORDER BY seq`,
  )
  let previous: Uint8Array = Buffer.alloc(0)
  let seq = 0n
  for (const row of rows) {
    seq += 1n
    const mac = auditMac(key, { ...row, seq: Number(row.seq), at: row.at.toISOString() }, previous)
    if (BigInt(row.seq) !== seq || !mac.equals(row.mac)) throw new Error(`O5: the audit chain breaks at row ${seq}`)
    previous = row.mac
  }
  const tip = await db.query<{ seq: string; mac: Buffer }>('SELECT seq, mac FROM audit_tip')
  const head = tip.rows[0]
  if (!head || BigInt(head.seq) !== seq || !head.mac.equals(Buffer.from(previous))) {
    throw new Error(`O5: the audit chain ends at row ${seq}, but its head says ${head?.seq}`)
  }
}

/** O6, while it runs: one process of each part, and no runner process but those of live rows. */
export async function requireNoStrays(db: Queries, stack: Stack): Promise<void> {
  const all = processesOf(stack.home)
  for (const part of ['launcher', 'daemon', 'web', 'agent', 'observer']) {
    const found = all.filter(({ command }) => command.includes(`/dist/${part}.mjs`))
    if (found.length !== 1) throw new Error(`O6: ${found.length} processes of ${part}: ${found.map(({ pid }) => pid)}`)
  }
  const { rows } = await db.query<{ pid: number }>(
    `SELECT pid FROM runners WHERE status = ANY ($1::runner_status[]) AND pid IS NOT NULL`,
    [WITH_PROCESS],
  )
  const roots = new Set(rows.map(({ pid }) => pid))
  const inside = processesOf(stack.workDir)
  const parents = new Map(inside.map(({ pid, ppid }) => [pid, ppid]))
  const stray = inside.find(({ pid }) => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) if (roots.has(at)) return false
    return true
  })
  if (stray) throw new Error(`O6: process ${stray.pid} belongs to no live runner: ${stray.command}`)
}

/** O7: everything answers, and the daemon has not grown. */
export async function requireHealth(stack: Stack): Promise<void> {
  const [health, status] = await Promise.all([stack.api.system.health.query(), stack.api.system.status.query()])
  if (health.status !== 'ok') {
    throw new Error(`O7: ${health.status}: ${health.checks.filter((check) => !check.ok).map((check) => check.detail)}`)
  }
  const memory = status.daemon?.memoryBytes ?? Number.POSITIVE_INFINITY
  if (memory > DAEMON_MEMORY_BYTES) throw new Error(`O7: the daemon takes ${Math.round(memory / 1024 / 1024)} MB`)
}
