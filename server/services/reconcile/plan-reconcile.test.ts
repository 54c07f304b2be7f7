import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { desiredStatus, isEnded, runnerStatus } from '@/contracts/runner/status'
import type { ObservedRunner } from '../../core/ports/agent-commands'
import {
  type DesiredRunner,
  LAUNCH_DEADLINE_MS,
  type Observation,
  planReconcile,
  REASON_AGENT_DIED,
  REASON_NODE_REMOVED,
  STOP_MARGIN_MS,
} from './plan-reconcile'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const TTL_MS = 30_000
const LOST_TIMEOUT_MS = 24 * 3_600_000
const TRIES_MS = 10_000_000

const runner = (over: Partial<DesiredRunner> = {}): DesiredRunner => ({
  id: 'r1',
  nodeId: 'n1',
  agentId: 'a1',
  status: 'running',
  desired: 'running',
  epoch: 1,
  nextStartAt: null,
  stopForce: false,
  stopGraceMs: 10_000,
  sessionHeld: false,
  ...over,
})

const held = (over: Partial<ObservedRunner> = {}): ObservedRunner => ({
  agentId: 'a1',
  epoch: 1,
  state: 'running',
  process: { pid: 10, startTicks: 1, bootId: 'b' },
  exit: null,
  ...over,
})

const seen = (over: Partial<Observation> = {}): Observation => ({
  agentOfNode: new Map([['n1', 'a1']]),
  held: new Map(),
  deadAgents: new Map(),
  removedNodes: new Set(),
  silentMs: new Map([['n1', 0]]),
  ttlMs: TTL_MS,
  unheardMs: new Map([['n1', 0]]),
  lostTimeoutMs: LOST_TIMEOUT_MS,
  tries: new Map(),
  now: NOW,
  triesMs: TRIES_MS,
  ...over,
})

const holding = (observed: ObservedRunner, over: Partial<Observation> = {}) =>
  seen({ held: new Map([['r1', observed]]), ...over })
const kinds = (actions: readonly { kind: string }[]) => actions.map((action) => action.kind)
const away: Partial<Observation> = { agentOfNode: new Map() }

describe('planReconcile', () => {
  it('starts what is wanted, once its agent is there and its backoff is over', () => {
    const starting = runner({ status: 'starting', agentId: null })
    expect(kinds(planReconcile([starting], seen()))).toEqual(['start'])
    expect(planReconcile([starting], seen(away))).toEqual([])
    const later = new Date(NOW.getTime() + 1)
    expect(planReconcile([{ ...starting, nextStartAt: later }], seen())).toEqual([])
    expect(kinds(planReconcile([{ ...starting, nextStartAt: NOW }], seen()))).toEqual(['start'])
  })

  it('records what an agent holds and the database does not know yet', () => {
    const starting = runner({ status: 'starting', agentId: null })
    expect(kinds(planReconcile([starting], holding(held())))).toEqual(['record-running'])
    expect(kinds(planReconcile([runner({ status: 'lost' })], holding(held())))).toEqual(['record-running'])
    expect(kinds(planReconcile([runner()], holding(held())))).toEqual([])
  })

  it('stops what is not wanted any more, and pauses and resumes', () => {
    const stopping = runner({ status: 'stopping', desired: 'terminated', stopForce: true })
    expect(planReconcile([stopping], holding(held()))).toMatchObject([{ kind: 'stop', force: true }])
    expect(kinds(planReconcile([runner({ desired: 'paused' })], holding(held())))).toEqual(['pause'])
    const paused = runner({ status: 'paused', desired: 'running' })
    expect(kinds(planReconcile([paused], holding(held({ state: 'paused' }))))).toEqual(['resume'])
  })

  it('ends an earlier life before it starts the next', () => {
    const restarted = runner({ status: 'starting', epoch: 2, agentId: null })
    expect(planReconcile([restarted], holding(held({ epoch: 1 })))).toMatchObject([{ kind: 'stop', epoch: 1 }])
    const ended = holding(held({ epoch: 1, state: 'exited' }))
    expect(planReconcile([restarted], ended)).toMatchObject([
      { kind: 'record-exit', epoch: 1 },
      { kind: 'start', epoch: 2 },
    ])
    const later = { ...restarted, nextStartAt: new Date(NOW.getTime() + 1) }
    expect(kinds(planReconcile([later], ended))).toEqual(['record-exit'])
    const unwanted = { ...restarted, desired: 'terminated' as const }
    expect(kinds(planReconcile([unwanted], ended))).toEqual(['record-exit', 'record-gone'])
  })

  it('ends a launch that was stopped before any agent had it', () => {
    const stopping = runner({ status: 'stopping', desired: 'terminated', agentId: null })
    expect(kinds(planReconcile([stopping], seen()))).toEqual(['record-gone'])
    expect(planReconcile([stopping], seen(away))).toEqual([])
    // On a node that never comes back it would be stopping for ever.
    const unheard = (ms: number) => seen({ ...away, unheardMs: new Map([['n1', ms]]) })
    expect(planReconcile([stopping], unheard(LOST_TIMEOUT_MS))).toEqual([])
    expect(kinds(planReconcile([stopping], unheard(LOST_TIMEOUT_MS + 1)))).toEqual(['record-gone'])
  })

  it('fails what a dead agent held, at once', () => {
    const dead = seen({ ...away, deadAgents: new Map([['a1', REASON_AGENT_DIED]]) })
    expect(planReconcile([runner()], dead)).toMatchObject([{ kind: 'record-gone', reason: REASON_AGENT_DIED }])
  })

  it('calls a runner lost only past the TTL, and never dead for silence alone', () => {
    const silent = (ms: number) => seen({ ...away, silentMs: new Map([['n1', ms]]) })
    expect(planReconcile([runner()], silent(TTL_MS))).toEqual([])
    expect(kinds(planReconcile([runner()], silent(TTL_MS + 1)))).toEqual(['record-lost'])
    expect(planReconcile([runner({ status: 'lost' })], silent(TTL_MS * 1000))).toEqual([])
  })

  it('gives a lost runner up after the long time-out, and not before', () => {
    const lost = runner({ status: 'lost' })
    const unheard = (ms: number) => seen({ ...away, unheardMs: new Map([['n1', ms]]) })
    expect(planReconcile([lost], unheard(LOST_TIMEOUT_MS))).toEqual([])
    expect(planReconcile([lost], unheard(LOST_TIMEOUT_MS + 1))).toMatchObject([
      { kind: 'record-gone', reason: 'given up: its agent has not been heard for 24 h' },
    ])
    // Only what is lost: a launch waits for its node as long as it takes.
    expect(planReconcile([runner({ status: 'starting', agentId: null })], unheard(LOST_TIMEOUT_MS + 1))).toEqual([])
  })

  it('fails at once what was on a node that was removed', () => {
    const removed = seen({ ...away, removedNodes: new Set(['n1']) })
    for (const status of ['starting', 'running', 'lost'] as const) {
      expect(planReconcile([runner({ status })], removed)).toMatchObject([
        { kind: 'record-gone', reason: REASON_NODE_REMOVED },
      ])
    }
  })

  it('tries a launch that is refused until its deadline, then fails it and says why', () => {
    const starting = runner({ status: 'starting', agentId: null })
    const triedFor = (ms: number) =>
      seen({ tries: new Map([['start:r1:1', { firstMs: TRIES_MS - ms, failures: 9, lastError: 'it is busy' }]]) })
    expect(kinds(planReconcile([starting], triedFor(LAUNCH_DEADLINE_MS)))).toEqual(['start'])
    expect(planReconcile([starting], triedFor(LAUNCH_DEADLINE_MS + 1))).toMatchObject([
      { kind: 'record-gone', reason: 'it could not be started in 5 min: it is busy' },
    ])
    // The next life has tries of its own, and a launch that was taken after all is no failure.
    expect(kinds(planReconcile([{ ...starting, epoch: 2 }], triedFor(LAUNCH_DEADLINE_MS + 1)))).toEqual(['start'])
    const taken = { ...triedFor(LAUNCH_DEADLINE_MS + 1), held: new Map([['r1', held()]]) }
    expect(kinds(planReconcile([starting], taken))).toEqual(['record-running'])
  })

  it('starts nothing in a session that a runner which is being ended still has open', () => {
    const starting = runner({ status: 'starting', agentId: null, sessionHeld: true })
    expect(planReconcile([starting], seen())).toEqual([])
    expect(kinds(planReconcile([{ ...starting, sessionHeld: false }], seen()))).toEqual(['start'])
    expect(kinds(planReconcile([{ ...starting, desired: 'terminated' }], seen()))).toEqual(['record-gone'])
  })

  it('repeats a stop, and forces it once the agent should have', () => {
    const stopping = runner({ status: 'stopping', desired: 'terminated', stopGraceMs: 10_000 })
    const askedFor = (ms: number) => ({
      ...holding(held()),
      tries: new Map([['stop:r1:1', { firstMs: TRIES_MS - ms, failures: 0, lastError: null }]]),
    })
    const due = 10_000 + STOP_MARGIN_MS
    expect(planReconcile([stopping], askedFor(due))).toMatchObject([{ kind: 'stop', force: false }])
    expect(planReconcile([stopping], askedFor(due + 1))).toMatchObject([{ kind: 'stop', force: true }])
    expect(planReconcile([], askedFor(due + 1))).toMatchObject([{ kind: 'stop', force: true }])
  })

  it('ends orphans and runners the database calls ended', () => {
    expect(kinds(planReconcile([], holding(held())))).toEqual(['stop'])
    expect(kinds(planReconcile([runner({ status: 'failed' })], holding(held())))).toEqual(['stop'])
  })

  const anyRunner: fc.Arbitrary<DesiredRunner> = fc.record({
    id: fc.constantFrom('r1', 'r2'),
    nodeId: fc.constantFrom('n1', 'n2'),
    agentId: fc.constantFrom('a1', 'a2', null),
    status: fc.constantFrom(...runnerStatus.options),
    desired: fc.constantFrom(...desiredStatus.options),
    epoch: fc.integer({ min: 1, max: 3 }),
    nextStartAt: fc.constantFrom(null, NOW, new Date(NOW.getTime() + 5_000)),
    stopForce: fc.boolean(),
    stopGraceMs: fc.constant(10_000),
    sessionHeld: fc.boolean(),
  })
  const anyHeld: fc.Arbitrary<ObservedRunner> = fc.record({
    agentId: fc.constantFrom('a1', 'a2'),
    epoch: fc.integer({ min: 1, max: 3 }),
    state: fc.constantFrom('running', 'paused', 'exited'),
    process: fc.constant({ pid: 10, startTicks: 1, bootId: 'b' }),
    exit: fc.constant(null),
  })
  const anySeen: fc.Arbitrary<Observation> = fc.record({
    agentOfNode: fc.constantFrom(
      new Map<string, string>(),
      new Map([['n1', 'a1']]),
      new Map([
        ['n1', 'a1'],
        ['n2', 'a2'],
      ]),
    ),
    held: fc.dictionary(fc.constantFrom('r1', 'r2', 'orphan'), anyHeld).map((all) => new Map(Object.entries(all))),
    deadAgents: fc.constantFrom(new Map<string, string>(), new Map([['a1', 'dead']]), new Map([['a2', 'dead']])),
    removedNodes: fc.constantFrom(new Set<string>(), new Set(['n1'])),
    silentMs: fc.record({ n1: fc.nat(100_000), n2: fc.nat(100_000) }).map((all) => new Map(Object.entries(all))),
    ttlMs: fc.constant(TTL_MS),
    unheardMs: fc
      .record({ n1: fc.nat(2 * LOST_TIMEOUT_MS), n2: fc.nat(2 * LOST_TIMEOUT_MS) })
      .map((all) => new Map(Object.entries(all))),
    lostTimeoutMs: fc.constant(LOST_TIMEOUT_MS),
    tries: fc
      .array(
        fc.tuple(
          fc
            .constantFrom('start', 'stop')
            .chain((kind) =>
              fc
                .constantFrom('r1', 'r2', 'orphan')
                .chain((id) => fc.constantFrom(`${kind}:${id}:1`, `${kind}:${id}:2`)),
            ),
          fc.record({
            firstMs: fc.integer({ min: TRIES_MS - 2 * LAUNCH_DEADLINE_MS, max: TRIES_MS }),
            failures: fc.nat(10),
            lastError: fc.constantFrom(null, 'busy'),
          }),
        ),
      )
      .map((all) => new Map(all)),
    now: fc.constant(NOW),
    triesMs: fc.constant(TRIES_MS),
  })
  const anyWorld = fc.tuple(fc.uniqueArray(anyRunner, { selector: (each) => each.id, maxLength: 2 }), anySeen)

  /** An agent holds it, and not only the record of an earlier life that is over. */
  const holdsNow = (world: Observation, id: string, epoch: number): boolean => {
    const observed = world.held.get(id)
    return observed !== undefined && !(observed.state === 'exited' && observed.epoch < epoch)
  }

  it('never starts a runner anybody holds, never one that is not wanted, never an old epoch', () => {
    fc.assert(
      fc.property(anyWorld, ([runners, world]) => {
        for (const action of planReconcile(runners, world)) {
          if (action.kind !== 'start') continue
          const row = runners.find((each) => each.id === action.runnerId)
          expect(holdsNow(world, action.runnerId, action.epoch)).toBe(false)
          expect(row).toMatchObject({ status: 'starting', epoch: action.epoch })
          expect(row?.desired).not.toBe('terminated')
        }
      }),
    )
  })

  it('never leaves a held runner of another epoch, of an ended row or of no row alone', () => {
    fc.assert(
      fc.property(anyWorld, ([runners, world]) => {
        const actions = planReconcile(runners, world)
        for (const [id, observed] of world.held) {
          const row = runners.find((each) => each.id === id)
          const wanted = row && row.epoch === observed.epoch && !isEnded(row.status)
          const expected = observed.state === 'exited' ? 'record-exit' : 'stop'
          if (!wanted) expect(actions).toContainEqual(expect.objectContaining({ runnerId: id, kind: expected }))
        }
      }),
    )
  })

  it('never gives up a silent runner before its time: only what is known to be over ends early', () => {
    fc.assert(
      fc.property(anyWorld, ([runners, world]) => {
        for (const action of planReconcile(runners, world)) {
          const row = runners.find((each) => action.kind === 'record-gone' && each.id === action.runnerId)
          if (!row || row.status === 'starting' || row.status === 'stopping') continue
          const known =
            world.agentOfNode.get(row.nodeId) === row.agentId ||
            world.removedNodes.has(row.nodeId) ||
            (row.agentId !== null && world.deadAgents.has(row.agentId))
          const silent = row.status === 'lost' && (world.unheardMs.get(row.nodeId) ?? 0) > LOST_TIMEOUT_MS
          expect(known || silent).toBe(true)
        }
      }),
    )
  })

  it('ends whatever is to end and nobody holds, however long its node stays away', () => {
    fc.assert(
      fc.property(anyRunner, anySeen, (row, world) => {
        const gone: Observation = {
          ...world,
          agentOfNode: new Map(),
          held: new Map(),
          silentMs: new Map([[row.nodeId, TTL_MS + 1]]),
          unheardMs: new Map([[row.nodeId, LOST_TIMEOUT_MS + 1]]),
        }
        if (isEnded(row.status)) return
        const [action] = planReconcile([{ ...row, desired: 'terminated' }], gone)
        // A silent one is called lost first, and given up by the next round.
        const next = action?.kind === 'record-lost' ? planReconcile([{ ...row, status: 'lost' }], gone)[0] : action
        expect(next?.kind).toBe('record-gone')
      }),
    )
  })

  it('never does anything to a row that has ended, but for what still runs under its name', () => {
    fc.assert(
      fc.property(anyWorld, ([runners, world]) => {
        for (const action of planReconcile(runners, world)) {
          const row = runners.find((each) => each.id === action.runnerId)
          if (row && isEnded(row.status)) expect(['stop', 'record-exit']).toContain(action.kind)
        }
      }),
    )
  })

  it('never declares a runner gone while an agent holds it', () => {
    fc.assert(
      fc.property(anyWorld, ([runners, world]) => {
        for (const action of planReconcile(runners, world)) {
          if (action.kind === 'record-gone' || action.kind === 'record-lost')
            expect(holdsNow(world, action.runnerId, action.epoch)).toBe(false)
        }
      }),
    )
  })
})
