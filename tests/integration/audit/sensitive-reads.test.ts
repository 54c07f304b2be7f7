import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DaemonLink } from '@/server/core/ports/daemon-link'
import { apiAs, PROCEDURES } from '../authorisation/api-as'
import { PEOPLE, type Person, signUp } from '../authorisation/people'
import { type PlacedThings, placeThings } from '../authorisation/placed-things'
import { INPUTS, LIST_INPUTS } from '../authorisation/procedure-inputs'
import { createRunningRunners } from '../services/running-runner'
import { type ServiceTest, startServiceTest } from '../services/service-test'

// Every query and subscription there is: who reads what is sensitive is written down, once an hour, and nothing else is.

/** Services that write a read down themselves, since guests come to them by another way: one name for what is one thing. */
const OWN_NAMES: Record<string, string> = {
  'recording.info': 'recording.read',
  'recording.search': 'recording.read',
  'session.transcript': 'transcript.read',
  'session.searchTranscript': 'transcript.read',
}

const daemon: Partial<DaemonLink> = {
  screen: async () => ({ text: 'what is shown', title: '', cols: 80, rows: 24, cursor: { x: 0, y: 0 } }),
  logs: async () => ({ dataBase64: '', offset: 0, end: 0 }),
}

let test: ServiceTest
let things: PlacedThings
let reader: { userId: string; token: string }
beforeAll(async () => {
  test = await startServiceTest()
  things = await placeThings(test, await createRunningRunners(test), 'read')
  reader = await signUp(test, PEOPLE[0] as Person)
})
afterAll(() => test.stop())

interface Row {
  action: string
  target_id: string
  actor_id: string
  credential: string
}
/** The rows that a call leaves. */
async function read(path: string, asked?: object): Promise<Row[]> {
  const [before] = await test.query<{ seq: string }>('SELECT seq FROM audit_tip')
  const stop = new AbortController()
  const call = await apiAs(test, reader.token, stop.signal, daemon)
  const { code, output } = await call(path, asked ?? INPUTS[path]?.(things) ?? LIST_INPUTS[path])
  stop.abort()
  // What a node's disk has is asked of the daemon, which is away.
  expect(['ok', 'unavailable'], JSON.stringify(output)).toContain(code)
  return test.query<Row>(
    'SELECT action, target_id, actor_id, credential FROM audit_events WHERE seq > $1 ORDER BY seq',
    [before?.seq],
  )
}
const anHourLater = (): void => {
  test.clock.now = new Date(test.clock.now.getTime() + 3_600_001)
}

const looking = PROCEDURES.filter(({ type }) => type !== 'mutation')

describe.each(looking.filter(({ rule }) => typeof rule.reads === 'object'))('$path', ({ path, rule }) => {
  it('is written down once an hour, with who read what', async () => {
    anHourLater()
    const rows = await read(path)
    const named = Object.values(INPUTS[path]?.(things) ?? {})
    expect(rows).toMatchObject([{ action: OWN_NAMES[path] ?? path, actor_id: reader.userId }])
    expect(rows[0]?.credential).toMatch(/^token:/)
    const target = rows[0]?.target_id
    if (rule.of === 'caller') expect(target).toBe(reader.userId)
    if (rule.of === 'project') expect([...named, things.projectId]).toContain(target)
    expect(await read(path)).toEqual([])
    anHourLater()
    expect(await read(path)).toHaveLength(1)
  })
})

it('nothing is written down of what is open', async () => {
  anHourLater()
  const open = looking.filter(({ rule }) => rule.reads === 'open')
  expect(open.length).toBeGreaterThan(10)
  for (const { path } of open) expect([path, await read(path)]).toEqual([path, []])
})

it("tells everybody's sessions and tokens from one's own, and an id however it is written", async () => {
  anHourLater()
  for (const path of ['auth.sessions', 'auth.tokens'])
    expect((await read(path, { all: true })).map(({ target_id }) => target_id)).toEqual(['all'])
  const rows = await read('runner.get', { id: things.runnerId.toUpperCase() })
  expect(rows.map(({ target_id }) => target_id)).toEqual([things.runnerId])
})
