import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { desiredStatus, isEnded, runnerStatus } from '@/contracts/runner/status'
import type { ObservedRunner } from '../../core/ports/agent-commands'
import { type DesiredRunner, type Observation, planReconcile, REASON_AGENT_DIED } from './plan-reconcile'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const TTL_MS = 30_000

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
  deadAgents: new Set(),
  silentMs: new Map([['n1', 0]]),
  ttlMs: TTL_MS,
  now: NOW,
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
  })

  it('fails what a dead agent held, at once', () => {
    const dead = seen({ ...away, deadAgents: new Set(['a1']) })
    expect(planReconcile([runner()], dead)).toMatchObject([{ kind: 'record-gone', reason: REASON_AGENT_DIED }])
  })

  it('calls a runner lost only past the TTL, and never dead for silence alone', () => {
    const silent = (ms: number) => seen({ ...away, silentMs: new Map([['n1', ms]]) })
    expect(planReconcile([runner()], silent(TTL_MS))).toEqual([])
    expect(kinds(planReconcile([runner()], silent(TTL_MS + 1)))).toEqual(['record-lost'])
    expect(planReconcile([runner({ status: 'lost' })], silent(TTL_MS * 1000))).toEqual([])
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
    deadAgents: fc.constantFrom(new Set<string>(), new Set(['a1']), new Set(['a2'])),
    silentMs: fc.record({ n1: fc.nat(100_000), n2: fc.nat(100_000) }).map((all) => new Map(Object.entries(all))),
    ttlMs: fc.constant(TTL_MS),
    now: fc.constant(NOW),
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
