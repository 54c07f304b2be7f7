import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Leadership, startLeadership } from '@/server/daemon/leadership'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { waitUntil } from '../../support/wait-until'

let database: TestDatabase
let admin: pg.Client
let all: Candidate[]

interface Candidate {
  leadership: Leadership
  /** What it was told, in order. */
  told: string[]
}

beforeEach(async () => {
  database = await createTestDatabase()
  admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  all = []
})
afterEach(async () => {
  await Promise.all(all.map(({ leadership }) => leadership.stop()))
  await admin.end()
  await database.drop()
})

function candidate(): Candidate {
  const told: string[] = []
  const leadership = startLeadership(database.url, () => new Date(), {
    standby: () => told.push('standby'),
    leading: (epoch) => told.push(`leading ${epoch}`),
    suspended: () => told.push('suspended'),
    regained: (epoch) => told.push(`regained ${epoch}`),
    superseded: (lease) => told.push(`superseded by ${lease.epoch}`),
    unreachable: () => undefined,
  })
  const one = { leadership, told }
  all.push(one)
  return one
}

const until = (one: Candidate, word: string) =>
  waitUntil(`it is told ${word}, after ${one.told.join(', ')}`, () => one.told.includes(word))

/** Ends the sessions that hold the lead, as a restart of Postgres or a cut line does. */
const cutLeader = () =>
  admin.query(`SELECT pg_terminate_backend(pid) FROM pg_locks
                WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)

const epochOf = (one: Candidate) => {
  try {
    return one.leadership.epoch()
  } catch {
    return null
  }
}

it('one of two leads; the other waits, and leads when the first gives back', async () => {
  const first = candidate()
  await until(first, 'leading 1')
  const second = candidate()
  await until(second, 'standby')
  expect(second.leadership.lease()).toMatchObject({ epoch: 1n, pid: process.pid })
  expect(epochOf(second)).toBeNull()
  await first.leadership.stop()
  await until(second, 'leading 2')
  expect(epochOf(first)).toBeNull()
  expect(second.told).toEqual(['standby', 'leading 2'])
  const { rows } = await admin.query('SELECT epoch, released_at FROM daemon_lease')
  expect(rows).toEqual([{ epoch: '2', released_at: null }])
})

it('a leader whose session is cut stops at once, and leads again when nobody else has meanwhile', async () => {
  const first = candidate()
  await until(first, 'leading 1')
  await cutLeader()
  await until(first, 'regained 2')
  expect(first.told).toEqual(['leading 1', 'suspended', 'regained 2'])
  expect(epochOf(first)).toBe(2n)
})

it('a leader whose session is cut while another takes over is superseded', async () => {
  const first = candidate()
  await until(first, 'leading 1')
  // The lock goes to somebody else in the moment in which the session ends: nothing to win for the first.
  const thief = new pg.Client({ connectionString: database.url })
  await thief.connect()
  const { rows } = await admin.query<{ classid: string; objid: string }>(
    `SELECT classid::int8, objid::int8 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2`,
  )
  const waiting = thief.query('SELECT pg_advisory_lock($1, $2)', [rows[0]?.classid, rows[0]?.objid])
  await cutLeader()
  await waiting
  expect(epochOf(first)).toBeNull()
  await thief.query('UPDATE daemon_lease SET epoch = epoch + 1')
  await until(first, 'superseded by 2')
  await thief.end()
  expect(first.told).toEqual(['leading 1', 'suspended', 'superseded by 2'])
  expect(epochOf(first)).toBeNull()
})

it('never more than one of many leads, however often the leader is cut', async () => {
  const many = Array.from({ length: 4 }, candidate)
  const epochs = new Set<string>()
  const leaders = () => many.filter((one) => one.leadership.state() === 'leading')
  for (let round = 0; round < 6; round += 1) {
    await waitUntil('one leads, and all agree on the epoch', async () => {
      const { rows } = await admin.query<{ epoch: string }>('SELECT epoch FROM daemon_lease')
      const current = leaders().filter((one) => String(epochOf(one)) === rows[0]?.epoch)
      return current.length === 1 && !epochs.has(rows[0]?.epoch ?? '') && epochs.add(rows[0]?.epoch ?? '') && true
    })
    await cutLeader()
    if (many.every((one) => one.told.some((word) => word.startsWith('superseded')))) break
    await waitUntil('the cut is felt', () => leaders().length <= 1)
  }
  const begun = many.flatMap((one) => one.told).filter((word) => /^(leading|regained)/.test(word))
  // Each epoch was begun by one alone.
  expect(new Set(begun.map((word) => word.split(' ')[1])).size).toBe(begun.length)
})
