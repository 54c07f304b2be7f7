import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client'

/** Connections one process holds; the embedded Postgres allows 200 in all. */
const POOL_SIZE = 16
/** A query that waits longer for a connection than this fails as unavailable instead of piling up. */
const CONNECT_TIMEOUT_MS = 5_000
/** A process that stands still in the middle of a transaction holds locks that all wait for: no longer than this. */
const IDLE_IN_TRANSACTION_MS = 20_000
/** Longest a transaction may take, and may wait to begin. They take milliseconds; more means something is stuck. */
const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 15_000 }

/** A transaction. Functions that must run inside one ask for this type. */
export type Tx = Prisma.TransactionClient

export interface Database {
  prisma: PrismaClient
  pool: pg.Pool
  close(): Promise<void>
}

/** Opens the pool of this process. Connections are made when first needed. */
export function openDatabase(url: string, onIdleError: (error: Error) => void): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'stratavore',
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  })
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', onIdleError)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    close: async () => {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** Runs `work` in one transaction: all of it is committed, or nothing. */
export const withTransaction = <T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.prisma.$transaction(work, TRANSACTION_LIMITS)
