import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROCEDURES } from '../authorisation/api-as'
import { CHANGES_OF_PROGRAMS } from './changes-of-programs'
import { CHANGES_OF_THE_API, KEEPS_NOTHING } from './changes-of-the-api'
import { createWorld, type World } from './changing-world'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.test.stop())

/** Tries it while nothing can be written to a table. */
async function tryWithout(table: 'audit_events' | 'outbox_events', change: () => Promise<unknown>): Promise<unknown> {
  await world.test.query(`ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (false) NOT VALID`)
  try {
    return await change().then(
      () => 'done',
      (error: unknown) => error,
    )
  } finally {
    await world.test.query(`ALTER TABLE ${table} DROP CONSTRAINT broken`)
  }
}
const maxSeq = async (table: string) =>
  Number((await world.test.query<{ seq: string }>(`SELECT coalesce(max(seq), 0) AS seq FROM ${table}`))[0]?.seq)

it('knows every mutation of the API', () => {
  const known = [...Object.keys(CHANGES_OF_THE_API), ...Object.keys(KEEPS_NOTHING)]
  const mutations = PROCEDURES.filter(({ type }) => type === 'mutation').map(({ path }) => path)
  expect(known.sort()).toEqual(mutations.sort())
})

/** What some of them are given that no record may show. */
const SECRETS = ['a value', 'tk_of_a_test', 'tk_to_forget', 'seven grey herons wade']

const changes = Object.entries({ ...CHANGES_OF_THE_API, ...CHANGES_OF_PROGRAMS })

describe.each(changes)('%s', (_, { audits, tells, prepare }) => {
  it('happens with its audit rows and its events, or not at all', async () => {
    const change = await prepare(world)
    const before = await world.state()
    for (const table of ['audit_events', ...(tells.length > 0 ? (['outbox_events'] as const) : [])] as const) {
      // Refused for that reason, and not for another that would change nothing either.
      expect(String(await tryWithout(table, change)), `without ${table}`).toMatch(/broken|internal/)
      expect(await world.state(), `without ${table}`).toEqual(before)
    }
    const [audit, outbox] = [await maxSeq('audit_events'), await maxSeq('outbox_events')]
    await change()
    const rows = await world.test.query<{ action: string; actor_name: string; request_id: string | null }>(
      'SELECT action, actor_name, request_id, data::text FROM audit_events WHERE seq > $1 ORDER BY seq',
      [audit],
    )
    expect(rows.map(({ action }) => action)).toEqual(audits)
    for (const row of rows)
      expect(row).toMatchObject({
        actor_name: expect.stringMatching(/./),
        request_id: expect.stringMatching(/^request-/),
      })
    for (const secret of SECRETS) expect(JSON.stringify(rows)).not.toContain(secret)
    const told = await world.test.query<{ type: string }>(
      'SELECT type FROM outbox_events WHERE seq > $1 ORDER BY seq',
      [outbox],
    )
    expect(told.map(({ type }) => type)).toEqual(tells)
    const { audit_events: _a, audit_tip: _t, ...after } = await world.state()
    if (tells.length > 0) delete after.outbox_events
    expect(before, 'something was changed').not.toMatchObject(after)
  })
})
