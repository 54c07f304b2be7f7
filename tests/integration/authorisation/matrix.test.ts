import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Right } from '@/contracts/access/access'
import type { Rule } from '@/server/trpc/rule'
import { createRunningRunners, type RunningRunners } from '../services/running-runner'
import { type ServiceTest, startServiceTest } from '../services/service-test'
import { apiAs, PROCEDURES } from './api-as'
import { grant, PEOPLE, type Person, signUp } from './people'
import { type PlacedThings, placeThings } from './placed-things'
import { INPUTS, LIST_INPUTS, NARROWED } from './procedure-inputs'

let test: ServiceTest
let runners: RunningRunners
let people: (Person & { userId: string; token: string })[]

beforeAll(async () => {
  test = await startServiceTest()
  runners = await createRunningRunners(test)
  people = await Promise.all(PEOPLE.map(async (person) => ({ ...person, ...(await signUp(test, person)) })))
})
afterAll(() => test.stop())

/** A project that is the people's to see as the table says, and one that is nobody's but an owner's. */
async function twoProjects(): Promise<{ own: PlacedThings; other: PlacedThings }> {
  const tag = randomUUID().slice(0, 8)
  const [own, other] = [
    await placeThings(test, runners, `own-${tag}`),
    await placeThings(test, runners, `other-${tag}`),
  ]
  for (const person of people) if (person.grant !== null) await grant(test, person.userId, person.grant, own)
  return { own, other }
}

/** What the table of rights makes of a rule. `through`: whatever comes of it, it is no refusal. */
function expected(rule: Rule, person: Person, whose: 'own' | 'other'): 'through' | 'forbidden' | 'not_found' {
  if (rule.may === undefined) return 'through'
  const has = (rights: Right[]) => (rights.includes(rule.may as Right) ? 'through' : 'forbidden')
  if (rule.of !== 'project') return has(person.mayInInstallation)
  // The scopes of a token say nothing of any object: they are looked at first.
  const scoped = person.scopes.includes('*') || person.scopes.includes(rule.may)
  if (!scoped) return 'forbidden'
  if (whose === 'other' && person.role !== 'owner') return 'not_found'
  return has(person.mayInProject)
}

const changes = async () => {
  const [row] = await test.query<{ audited: string; told: string }>(
    'SELECT (SELECT count(*) FROM audit_events) AS audited, (SELECT count(*) FROM outbox_events) AS told',
  )
  return row
}

const REFUSALS = new Set(['unauthenticated', 'forbidden', 'not_found'])
const ofProject = PROCEDURES.filter(({ rule }) => rule.of === 'project')
const others = PROCEDURES.filter(({ rule, type }) => rule.of !== 'project' && type !== 'subscription')

it('knows an input for every procedure that names something of a project', () => {
  expect(Object.keys(INPUTS).sort()).toEqual(ofProject.map(({ path }) => path).sort())
})

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}
/** For what only looks: nothing of it changes. */
const toLookAt = once(twoProjects)
/** The same for lists, made after all that the mutations leave behind: some tell of the newest only. */
const toList = once(twoProjects)

describe.each(ofProject)('$path ($rule.may)', ({ path, type, rule }) => {
  it('is for whom its rule says, in their own project and in no other', async () => {
    const input = INPUTS[path] as (of: PlacedThings) => object
    let places = await (type === 'query' ? toLookAt() : twoProjects())
    const nobody = await apiAs(test, null)
    expect((await nobody(path, input(places.own))).code).toBe('unauthenticated')
    const judged = people.flatMap((person) =>
      (['own', 'other'] as const).map((whose) => ({ person, whose, expects: expected(rule, person, whose) })),
    )
    const before = await changes()
    for (const { person, whose, expects } of judged.filter((cell) => cell.expects !== 'through')) {
      const call = await apiAs(test, person.token)
      const { code, output } = await call(path, input(places[whose]))
      expect(code, `${person.what}, ${whose} project`).toBe(expects)
      // The same words as for what never was.
      if (code === 'not_found') expect(output).toMatch(/^There is no \w+ \S+\.$/)
    }
    expect(await changes(), 'a refusal changes nothing').toEqual(before)
    for (const { person, whose } of judged.filter((cell) => cell.expects === 'through')) {
      const call = await apiAs(test, person.token)
      const { code, output } = await call(path, input(places[whose]))
      expect([...REFUSALS, 'invalid_input', 'internal'], `${person.what}, ${whose} project: ${output}`).not.toContain(
        code,
      )
      // What was changed is nothing for the next one.
      if (type === 'mutation' && code === 'ok') places = await twoProjects()
    }
  })
})

describe.each(others)('$path ($rule.may, $rule.of)', ({ path, type, rule }) => {
  it('is for whom its rule says', async () => {
    const input = LIST_INPUTS[path] ?? (type === 'query' ? undefined : {})
    const judged = people.map((person) => ({ person, expects: expected(rule, person, 'own') }))
    const before = await changes()
    expect((await (await apiAs(test, null))(path, input)).code).toBe('unauthenticated')
    for (const { person, expects } of judged.filter((cell) => cell.expects !== 'through'))
      expect((await (await apiAs(test, person.token))(path, input)).code, person.what).toBe(expects)
    expect(await changes(), 'a refusal changes nothing').toEqual(before)
    for (const { person } of judged.filter((cell) => cell.expects === 'through'))
      expect(REFUSALS, person.what).not.toContain((await (await apiAs(test, person.token))(path, input)).code)
  })
})

const lists = PROCEDURES.filter(({ rule, type }) => rule.of === 'projects' && type !== 'subscription')

describe.each(lists)('$path', ({ path }) => {
  it("tells nothing of another's project, and all that an owner is told", async () => {
    const { own, other } = await toList()
    const input = LIST_INPUTS[path]
    const operator = people[1]
    const owner = people[0]
    const theirs = JSON.stringify((await (await apiAs(test, operator?.token ?? ''))(path, input)).output)
    const all = JSON.stringify((await (await apiAs(test, owner?.token ?? ''))(path, input)).output)
    for (const secret of Object.values(other)) expect(theirs).not.toContain(secret)
    // Where the owner is told of it, so is the operator of their own: the absence above says something.
    if (all.includes(other.name)) expect(theirs).toContain(own.name)
  })
})

describe.each(lists.filter((list) => list.path in NARROWED))('$path', ({ path }) => {
  it("narrowed to another's is not found", async () => {
    const { own, other } = await toList()
    const call = await apiAs(test, people[1]?.token ?? '')
    const narrow = NARROWED[path] as (of: PlacedThings) => object
    expect((await call(path, narrow(other))).code).toBe('not_found')
    expect((await call(path, narrow(own))).code).toBe('ok')
  })
})

it('the lists that name projects were looked at', async () => {
  const { other } = await toList()
  const owner = await apiAs(test, people[0]?.token ?? '')
  const naming: string[] = []
  for (const { path } of lists)
    if (JSON.stringify((await owner(path, LIST_INPUTS[path])).output)?.includes(other.name)) naming.push(path)
  expect(naming.sort()).toEqual([
    'approval.list',
    'budget.list',
    'event.list',
    'project.list',
    'quota.list',
    'runner.list',
    'session.list',
    'session.stats',
    'share.list',
    'usage.daily',
    'usage.summary',
  ])
})

it.each(['event.stream', 'event.live'])("%s tells nothing of another's project", async (path) => {
  const { own, other } = await toLookAt()
  const abort = new AbortController()
  const call = await apiAs(test, people[1]?.token ?? '', abort.signal)
  const { output } = await call(path, { lastEventId: '0' })
  const seen: string[] = []
  for await (const item of output as AsyncIterable<unknown>) {
    seen.push(JSON.stringify(item))
    // The other project's events came after all of these.
    if (seen.at(-1)?.includes(own.runnerId) && seen.at(-1)?.includes('runner.started')) break
  }
  abort.abort()
  expect(seen.length).toBeGreaterThan(1)
  for (const secret of Object.values(other)) expect(seen.join()).not.toContain(secret)
})

it('event.live says first after which event it begins, so that what was read before can be read again', async () => {
  const { own } = await toLookAt()
  const abort = new AbortController()
  const call = await apiAs(test, people[1]?.token ?? '', abort.signal)
  const [before] = await test.query<{ newest: string }>('SELECT max(seq)::text AS newest FROM outbox_events')
  const { output } = await call('event.live', {})
  const messages = (output as AsyncIterable<[id: string, message: unknown]>)[Symbol.asyncIterator]()
  const opening = { after: Number(before?.newest) }
  expect((await messages.next()).value.slice(0, 2)).toEqual([before?.newest, opening])
  const owner = await apiAs(test, people[0]?.token ?? '')
  expect((await owner('project.update', { project: own.name, description: 'changed' })).code).toBe('ok')
  const [, event] = (await messages.next()).value
  expect(event).toMatchObject({ seq: opening.after + 1, type: 'project.updated', subject: { id: own.projectId } })
  abort.abort()
})

describe('attaching', () => {
  it('to drive is for whom may drive; to watch for whoever sees the runner', async () => {
    const { own } = await toLookAt()
    const codes = async (person: (typeof people)[number] | undefined) => {
      const call = await apiAs(test, person?.token ?? '')
      const to = async (readOnly: boolean) => (await call('runner.attach', { id: own.runnerId, readOnly })).code
      return [await to(false), await to(true)]
    }
    expect(await codes(people[1])).toEqual(['ok', 'ok'])
    expect(await codes(people[2])).toEqual(['forbidden', 'ok'])
    expect(await codes(people[4])).toEqual(['forbidden', 'ok'])
  })
})
