import { describe, expect, it } from 'vitest'
import type { BudgetPolicy } from '@/contracts/budget/budget'
import type { ExhaustedBudget } from './exhausted-budgets'
import { type Enforcement, type GovernedRunner, gateKey, planEnforcement } from './plan-enforcement'

const PROJECT = 'p1'

const runner = (over: Partial<GovernedRunner> = {}): GovernedRunner => ({
  id: 'r1',
  projectId: PROJECT,
  epoch: 3,
  status: 'running',
  desired: 'running',
  heldByBudgetId: null,
  provider: 'claude',
  protocol: 2,
  agentId: 'a1',
  ...over,
})
const budget = (policy: BudgetPolicy, over: Partial<ExhaustedBudget> = {}): ExhaustedBudget => ({
  id: `b-${policy}`,
  projectId: PROJECT,
  runnerId: null,
  project: 'web',
  period: 'daily',
  unit: 'tokens',
  policy,
  timeZone: 'Europe/Vienna',
  used: 1_234_567,
  limit: 1_000_000,
  periodEnd: new Date('2026-11-22T23:00:00Z'),
  ...over,
})
const open = new Map([[gateKey(runner()), null]])
const plan = (of: GovernedRunner, budgets: ExhaustedBudget[], sent: ReadonlyMap<string, string | null> = open) =>
  planEnforcement([of], budgets, sent)
const kinds = (actions: readonly Enforcement[]) => actions.map(({ kind }) => kind)

describe('planEnforcement', () => {
  it.each<[string, Partial<GovernedRunner>, BudgetPolicy[], Enforcement['kind'][]]>([
    ['nothing is exhausted', {}, [], []],
    ['notify', {}, ['notify'], []],
    ['deny-tools', {}, ['deny-tools'], ['gate']],
    ['deny-tools, its agent away', { agentId: null }, ['deny-tools'], []],
    ['deny-tools, a program without hooks', { provider: 'codex' }, ['deny-tools'], ['hold']],
    ['deny-tools, an old agent', { protocol: 1 }, ['deny-tools'], ['hold']],
    ['pause', {}, ['pause'], ['hold']],
    ['pause, not started yet', { status: 'starting' }, ['pause'], []],
    ['pause, paused by a person', { status: 'paused', desired: 'paused' }, ['pause'], []],
    ['pause, held already', { status: 'paused', desired: 'paused', heldByBudgetId: 'b-pause' }, ['pause'], []],
    ['pause, held by one that is raised', { desired: 'paused', heldByBudgetId: 'b-other' }, ['pause'], ['hold']],
    ['pause, going on after a resume', { status: 'paused' }, ['pause'], ['hold']],
    ['held, and all is well again', { desired: 'paused', heldByBudgetId: 'b-pause' }, [], ['release']],
    [
      'held, and only tools are denied now',
      { desired: 'paused', heldByBudgetId: 'b-pause' },
      ['deny-tools'],
      ['release', 'gate'],
    ],
    ['paused by a person, and all is well', { status: 'paused', desired: 'paused' }, [], []],
    ['stop', {}, ['stop'], ['stop']],
    ['stop, not started yet', { status: 'starting' }, ['stop'], ['stop']],
    ['the strictest', {}, ['stop', 'pause', 'deny-tools'], ['stop']],
    ['stopping already', { status: 'stopping', desired: 'terminated' }, ['stop'], []],
    ['ended', { status: 'failed' }, ['stop'], []],
  ])('%s', (_name, over, policies, wanted) => {
    const actions = plan(
      runner(over),
      policies.map((policy) => budget(policy)),
    )
    expect(kinds(actions)).toEqual(wanted)
  })

  it('leaves alone whom a budget does not concern', () => {
    const others = [budget('stop', { projectId: 'p2' }), budget('pause', { projectId: null, runnerId: 'r2' })]
    expect(plan(runner(), others)).toEqual([])
    expect(kinds(plan(runner(), [budget('stop', { projectId: null })]))).toEqual(['stop'])
    expect(kinds(plan(runner(), [budget('stop', { projectId: null, runnerId: 'r1' })]))).toEqual(['stop'])
  })

  it('says why, until when and what to do', () => {
    expect(plan(runner(), [budget('deny-tools', { id: '12345678-9abc' })])).toMatchObject([
      {
        runnerId: 'r1',
        epoch: 3,
        agentId: 'a1',
        reason:
          'The daily budget of web is used up: 1,234,567 tokens of 1,000,000 tokens, 0 left until ' +
          '2026-11-23 00:00 Europe/Vienna. Raise it: stratavore budget raise 12345678 +20%',
      },
    ])
    expect(
      plan(runner({ provider: 'gemini' }), [budget('deny-tools', { unit: 'usd', used: 5, limit: 5 })]),
    ).toMatchObject([{ kind: 'hold', reason: expect.stringMatching(/\$5\.00 of \$5\.00.* so it is paused\.$/) }])
  })

  it('tells an agent once: again when it is new, when the limit changed, and when the gate opens', () => {
    const told = (actions: Enforcement[]) =>
      new Map(actions.flatMap((action) => (action.kind === 'gate' ? [[gateKey(runner()), action.tag] as const] : [])))
    const closed = plan(runner(), [budget('deny-tools')])
    const sent = told(closed)
    expect(plan(runner(), [budget('deny-tools', { used: 2_000_000 })], sent)).toEqual([])
    expect(kinds(plan(runner(), [budget('deny-tools', { limit: 1_200_000 })], sent))).toEqual(['gate'])
    expect(kinds(plan(runner({ agentId: 'a2' }), [budget('deny-tools')], sent))).toEqual(['gate'])
    expect(kinds(plan(runner({ epoch: 4 }), [budget('deny-tools')], sent))).toEqual(['gate'])
    expect(plan(runner(), [], sent)).toMatchObject([{ kind: 'gate', reason: null, tag: null }])
    // Nobody knows what an agent was told by an earlier daemon.
    expect(plan(runner(), [], new Map())).toMatchObject([{ kind: 'gate', reason: null }])
  })
})
