import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAnchors } from '@/contracts/audit/anchor-lines'
import type { SignedAudit } from '@/contracts/audit/audit'
import { signedText } from '@/contracts/audit/signed-text'
import { applicationDatabase } from '@/server/db/application-role'
import { createProject } from '../../support/launch'
import { createTempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'
import { startFakeCollector } from './fake-collector'

let probed: ProbedStack
let collector: Awaited<ReturnType<typeof startFakeCollector>>
let application: pg.Client | undefined
const outside = createTempHome('stv-anchor-')
const anchorFile = join(dirname(outside.path), 'anchors.jsonl')
const exported = join(dirname(outside.path), 'audit.jsonl')

const query = async <Row extends object>(sql: string, values?: unknown[]) =>
  (await probed.database.query(sql, values)).rows as Row[]
const tip = async () => Number((await query<{ seq: string }>('SELECT seq FROM audit_tip'))[0]?.seq)

/** As the superuser, past the triggers: all that somebody with the whole database can do, but for the key. */
async function tamper(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: probed.url })
  await client.connect()
  try {
    await client.query('SET session_replication_role = replica')
    for (const sql of statements) await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Tampers, runs `look`, and puts everything back. */
async function whileTampered(statements: string[], look: () => Promise<void>): Promise<void> {
  await tamper('CREATE TABLE kept AS TABLE audit_events', 'CREATE TABLE kept_tip AS TABLE audit_tip', ...statements)
  try {
    await look()
  } finally {
    await tamper(
      'DELETE FROM audit_events',
      'INSERT INTO audit_events SELECT * FROM kept',
      'UPDATE audit_tip SET seq = kept_tip.seq, mac = kept_tip.mac FROM kept_tip',
      'DROP TABLE kept, kept_tip',
    )
  }
}

const verify = (...args: string[]) => probed.stack.cli(['audit', 'verify', ...args])
const offline = (...args: string[]) =>
  // No server is there: the address leads nowhere.
  probed.stack.cli(['audit', 'verify', '--file', exported, ...args], { env: { STRATAVORE_URL: 'http://127.0.0.1:9' } })

const anchored = () =>
  waitUntil('the end of the chain is anchored', async () => {
    if (!existsSync(anchorFile)) return false
    return parseAnchors(readFileSync(anchorFile, 'utf8')).at(-1)?.seq === (await tip())
  })

beforeAll(async () => {
  mkdirSync(dirname(anchorFile), { recursive: true })
  collector = await startFakeCollector()
  probed = await startProbedStack({
    env: {
      STRATAVORE_AUDIT_ANCHOR_FILE: anchorFile,
      STRATAVORE_AUDIT_ANCHOR_URL: collector.url,
      STRATAVORE_AUDIT_ANCHOR_ROWS: '1',
    },
  })
  const { name } = await createProject(probed.stack, {})
  for (const description of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    await probed.stack.api.project.update.mutate({ project: name, description })
  // Read once, so that what reading writes is written.
  expect(await probed.stack.cli(['audit', 'export', '--out', exported])).toMatchObject({ code: 0 })
  const key = readFileSync(join(probed.stack.home, 'keys/secrets.key'), 'utf8').trim()
  const { url, refused } = await applicationDatabase(probed.url, Buffer.from(key, 'hex'))
  expect(refused).toBeNull()
  application = new pg.Client({ connectionString: url })
  await application.connect()
})
afterAll(async () => {
  await application?.end()
  await probed.stop()
  await collector.stop()
  outside.remove()
})

describe('the role of web and daemon', () => {
  it('is what both connect as', async () => {
    const rows = await query<{ usename: string }>(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'stratavore' AND datname = current_database()`,
    )
    expect(rows).toEqual([{ usename: expect.stringMatching(/^stratavore_app_\d+$/) }])
    const { checks } = await probed.stack.api.system.health.query()
    expect(checks.find(({ name }) => name === 'audit log')).toMatchObject({ ok: true, off: false })
  })

  it.each([
    `UPDATE audit_events SET actor_name = 'mallory'`,
    'DELETE FROM audit_events WHERE seq = 3',
    'TRUNCATE audit_events',
    'DELETE FROM audit_tip',
    'INSERT INTO audit_checkpoints SELECT seq, mac, now(), key_id, mac FROM audit_events LIMIT 1',
    'ALTER TABLE audit_events DISABLE TRIGGER ALL',
    'SET session_replication_role = replica',
    'DROP TRIGGER audit_events_no_delete ON audit_events',
    'UPDATE audit_policy SET retention_days = 1',
    'INSERT INTO audit_policy VALUES (2, 1)',
    'DELETE FROM audit_policy',
    'CREATE TABLE public.mine (id int)',
    'UPDATE _prisma_migrations SET checksum = NULL',
  ])('may not: %s', async (sql) => {
    await expect(application?.query(sql)).rejects.toMatchObject({ code: '42501' })
  })

  const prune = (seq: number) =>
    application?.query('SELECT audit_prune($1, now(), $2, $3) AS rows', [seq, 'k1', Buffer.alloc(32)])
  const refused = (seq: number) => expect(prune(seq)).rejects.toMatchObject({ code: '42501' })
  /** What the owner of the tables says, and nobody else. */
  const retention = (days: number | null) => query('UPDATE audit_policy SET retention_days = $1', [days])
  const dated = (where: string, age: string) =>
    tamper(`UPDATE audit_events SET at = now() - interval '${age}' WHERE ${where}`)

  it('prunes nothing at all where no retention is set, however old it is', async () => {
    await whileTampered([`UPDATE audit_events SET at = now() - interval '9 years'`], async () => {
      for (const seq of [1, 3, await tip()]) await refused(seq)
    })
  })

  it('prunes nothing younger than the retention, nor the newest row, whatever it signs', async () => {
    await whileTampered([`UPDATE audit_events SET at = now() - interval '29 days'`], async () => {
      await retention(30)
      try {
        for (const seq of [1, 3, await tip()]) await refused(seq)
        await dated('true', '31 days')
        await refused(await tip())
        // One that is dated back does not take what is before it along.
        await dated('seq = 2', '1 hour')
        await refused(3)
      } finally {
        await retention(null)
      }
    })
  })

  it('cannot date a row of its own back and prune up to there', async () => {
    await retention(30)
    const seq = (await tip()) + 1
    try {
      await application?.query(
        `INSERT INTO audit_events (seq, at, actor_kind, actor_name, via, action, target_type, target_id, data, key_id, mac)
         VALUES ($1, now() - interval '9 years', 'user', 'm', 'api', 'x', 'x', 'x', '{}', 'k', '\\x00')`,
        [seq],
      )
      await refused(seq)
      await refused(seq - 1)
    } finally {
      await tamper(`DELETE FROM audit_events WHERE seq = ${seq}`)
      await retention(null)
    }
  })
})

describe('a tampered log', () => {
  it.each([
    ['edited', [`UPDATE audit_events SET actor_name = 'mallory' WHERE seq = 5`], 5],
    ['with a row gone', ['DELETE FROM audit_events WHERE seq = 6'], 6],
    [
      'reordered',
      [
        'UPDATE audit_events SET seq = -seq WHERE seq IN (3, 4)',
        'UPDATE audit_events SET seq = 7 + seq WHERE seq IN (-3, -4)',
      ],
      3,
    ],
    ['cut at its end', ['DELETE FROM audit_events WHERE seq > 7'], 8],
  ])('%s is caught by the CLI, and the first bad row named', async (_what, statements, seq) => {
    expect(await verify()).toMatchObject({ code: 0 })
    await whileTampered(statements, async () => {
      const { code, stderr } = await verify()
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`audit row ${seq} is bad`) })
    })
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('as they were signed') })
  })

  it('signed again with another key is caught at its first row', async () => {
    const rows = readFileSync(exported, 'utf8').trimEnd().split('\n')
    const signed = rows.map((line) => JSON.parse(line) as SignedAudit & { kind: string })
    let previous = ''
    const forged = signed
      .filter(({ kind }) => kind === 'row')
      .map((row) => {
        const text = signedText('k1', row)
        previous = createHmac('sha256', 'mine').update(Buffer.from(previous, 'hex')).update(text).digest('hex')
        return `UPDATE audit_events SET mac = '\\x${previous}' WHERE seq = ${row.seq}`
      })
    const end = `UPDATE audit_tip SET mac = '\\x${previous}', seq = ${forged.length}`
    await whileTampered([...forged, `DELETE FROM audit_events WHERE seq > ${forged.length}`, end], async () => {
      expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('audit row 1 is bad') })
    })
  })

  it('cut, with its recorded end set back, is caught by the anchors', async () => {
    await anchored()
    const last = (await tip()) - 3
    const back = [
      `UPDATE audit_tip SET seq = e.seq, mac = e.mac FROM audit_events e WHERE e.seq = ${last}`,
      `DELETE FROM audit_events WHERE seq > ${last}`,
    ]
    await whileTampered(back, async () => {
      const { code, stderr } = await verify()
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`audit row ${last + 1} is bad`) })
      expect(stderr).toContain('kept elsewhere')
    })
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('anchors agree') })
  })
})

describe('an exported log', () => {
  const lines = () => readFileSync(exported, 'utf8').trimEnd().split('\n')

  it('is verified without a server', async () => {
    const { code, stdout, stderr } = await offline('--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, firstBad: null, verified: lines().length - 1 })
  })

  it.each([
    ['edited', (all: string[]) => all.map((line) => line.replace('"description":"c"', '"description":"x"'))],
    ['with a row gone', (all: string[]) => all.toSpliced(4, 1)],
    ['with two rows swapped', (all: string[]) => [...all.slice(0, 4), all[5] ?? '', all[4] ?? '', ...all.slice(6)]],
    ['without its last row', (all: string[]) => all.toSpliced(-2, 1)],
    ['without its end', (all: string[]) => all.slice(0, -1)],
    ['empty', () => []],
  ])('that is %s is refused', async (_what, change) => {
    const whole = readFileSync(exported, 'utf8')
    const changed = change(lines())
    expect(changed).not.toEqual(lines())
    try {
      writeFileSync(exported, changed.map((line) => `${line}\n`).join(''))
      expect(await offline()).toMatchObject({ code: 1 })
    } finally {
      writeFileSync(exported, whole)
    }
  })

  it('that ends earlier than an anchor says is refused, and one of another key', async () => {
    await anchored()
    const anchors = parseAnchors(readFileSync(anchorFile, 'utf8'))
    const row = lines().at(-4) ?? ''
    const { seq, mac } = JSON.parse(row) as SignedAudit
    const whole = readFileSync(exported, 'utf8')
    const cut = [...lines().slice(0, -3), JSON.stringify({ kind: 'tip', seq, mac })]
    try {
      writeFileSync(exported, cut.map((line) => `${line}\n`).join(''))
      expect(await offline()).toMatchObject({ code: 0 })
      expect(anchors.some((anchor) => anchor.seq > seq)).toBe(true)
      const { code, stderr } = await offline('--anchors', anchorFile)
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`audit row ${seq + 1} is bad`) })
    } finally {
      writeFileSync(exported, whole)
    }
    const otherKey = join(dirname(exported), 'other.key')
    writeFileSync(otherKey, 'ab'.repeat(32))
    expect(await offline('--key', otherKey)).toMatchObject({ code: 1, stderr: expect.stringContaining('audit row 1 ') })
  })
})

it('posts each anchor to the address too, and names the address nowhere', async () => {
  await anchored()
  const end = await tip()
  await waitUntil('the collector has the end', async () =>
    collector.bodies.some((body) => parseAnchors(body)[0]?.seq === end),
  )
  expect(probed.stack.launcher.output()).not.toContain('planted')
})

it('lists rows with where they came from, and writes down who looked, once', async () => {
  const { api } = probed.stack
  await api.audit.list.query({})
  await api.audit.list.query({})
  const looked = await api.audit.list.query({ action: 'audit.list' })
  expect(looked).toHaveLength(1)
  expect(looked[0]).toMatchObject({ via: 'cli', remoteAddr: '127.0.0.1', credential: expect.stringMatching(/^token:/) })
  const { stdout } = await probed.stack.cli(['audit', 'list', '--action', 'project.', '--limit', '2'])
  expect(stdout).toMatch(/project\.update[\s\S]*project\.update/)
})
