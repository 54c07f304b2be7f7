import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { EventEnvelope } from '@/contracts/event/envelope'
import type { EventData, EventType } from '@/contracts/event/event-data'
import { BoundedMap } from './bounded-map'
import { metricsConsumer } from './metrics-consumer'
import type { RunnerFigure } from './runner-figures'

const START = Date.parse('2026-01-01T00:00:00.000Z')

function event<T extends EventType>(
  type: T,
  seconds: number,
  data: EventData<T>,
  subject = 'runner/r1',
): EventEnvelope {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:stratavore:installation:test',
    type,
    time: new Date(START + seconds * 1000).toISOString(),
    subject,
    datacontenttype: 'application/json',
    dataschema: `urn:stratavore:event:${type}:1`,
    sequence: '1',
    actorkind: 'daemon',
    actorname: 'daemon',
    data,
  }
}

const launched: EventData<'runner.launched'> = {
  provider: 'shell',
  status: 'starting',
  epoch: 1,
  cwd: '/srv/demo',
  sessionId: null,
}
const change = (overrides: Partial<EventData<'runner.started'>> = {}): EventData<'runner.started'> => ({
  provider: 'claude',
  status: 'running',
  previousStatus: 'starting',
  desired: 'running',
  epoch: 1,
  pid: 4711,
  exitCode: null,
  signal: null,
  reason: null,
  activity: 'unknown',
  activitySince: new Date(START).toISOString(),
  ...overrides,
})
const ended = (overrides: Partial<EventData<'runner.failed'>> = {}) =>
  change({ status: 'failed', previousStatus: 'running', ...overrides })
const waitedFor = (overrides: Partial<EventData<'runner.failed'>> = {}) =>
  ended({ activity: 'waiting_permission', activitySince: new Date(START + 5_000).toISOString(), ...overrides })

/** What the consumer makes of these events, in this order. */
async function figuresOf(events: readonly EventEnvelope[]): Promise<RunnerFigure[]> {
  const figures: RunnerFigure[] = []
  const consumer = metricsConsumer((figure) => figures.push(figure))
  for (const one of events) await consumer.handle(one)
  return figures
}

it('times a launch from its acceptance to its program running, by the times of the events', async () => {
  expect(await figuresOf([event('runner.launched', 1, launched), event('runner.started', 1.25, change())])).toEqual([
    { kind: 'launch', result: 'started', seconds: 0.25 },
  ])
})

it('counts an event once however often it is delivered', async () => {
  const started = event('runner.started', 2, change())
  expect(await figuresOf([event('runner.launched', 1, launched), started, started])).toHaveLength(1)
})

it('tells a failed launch from a cancelled one and from a later end', async () => {
  const launch = event('runner.launched', 0, launched)
  const failed = event('runner.failed', 1, ended({ previousStatus: 'starting' }))
  const stopped = event('runner.stopped', 2, ended({ status: 'terminated', previousStatus: 'stopping' }))
  expect(await figuresOf([launch, failed])).toMatchObject([{ kind: 'launch', result: 'failed' }])
  expect(await figuresOf([launch, stopped])).toMatchObject([{ kind: 'launch', result: 'cancelled' }])
  expect(await figuresOf([launch, event('runner.started', 1, change()), stopped])).toHaveLength(1)
})

it('counts a launch that an earlier daemon saw accepted, without a time, and no restart as one', async () => {
  expect(await figuresOf([event('runner.started', 1, change())])).toEqual([
    { kind: 'launch', result: 'started', seconds: null },
  ])
  expect(await figuresOf([event('runner.started', 1, change({ epoch: 2 }))])).toEqual([])
})

it('counts refusals by the quota', async () => {
  const refused = { kind: 'runners', limit: 1, used: 1, provider: 'shell' } as const
  expect(await figuresOf([event('quota.exceeded', 1, refused, 'project/p1')])).toEqual([
    { kind: 'launch', result: 'quota_exceeded', seconds: null },
  ])
})

it('times a wait when it is over, and nothing else a runner did', async () => {
  const activity = (previous: EventData<'runner.activity'>['previous']) =>
    event('runner.activity', 9, { activity: 'working', previous, previousSeconds: 42, provider: 'claude', epoch: 1 })
  expect(await figuresOf([activity('waiting_input'), activity('working'), activity('idle')])).toEqual([
    { kind: 'wait', activity: 'waiting_input', provider: 'claude', seconds: 42 },
  ])
})

it('times the wait of a runner that ended or was restarted while it waited, once', async () => {
  const wait = { kind: 'wait', activity: 'waiting_permission', provider: 'claude', seconds: 10 }
  const at = 15
  expect(await figuresOf([event('runner.stopped', at, waitedFor({ status: 'terminated' }))])).toEqual([wait])
  const again = { status: 'starting', epoch: 2 } as const
  expect(await figuresOf([event('runner.restarting', at, waitedFor(again))])).toEqual([wait])
  const byPolicy = waitedFor({ ...again, restartCount: 1, nextStartAt: new Date(START).toISOString() })
  const both = [event('runner.failed', at, byPolicy), event('runner.restarting', at, byPolicy)]
  expect(await figuresOf(both)).toEqual([wait])
})

it('does not count the wait of a lost runner, which goes on', async () => {
  expect(await figuresOf([event('runner.lost', 15, waitedFor({ status: 'lost' }))])).toEqual([])
})

it('a bounded map forgets what it was given first', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1).set('b', 2).set('c', 3)
  expect([...map]).toEqual([
    ['b', 2],
    ['c', 3],
  ])
})
