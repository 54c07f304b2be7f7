import { describe, expect, it } from 'vitest'
import { type HeldLease, planLeases, planNodes, type WatchedNode } from './plan-rows'

describe('planLeases', () => {
  const lease = (over: Partial<HeldLease>): HeldLease => ({
    sessionId: 's1',
    runnerId: 'r1',
    runnerStatus: 'running',
    runnerSessionId: 's1',
    ...over,
  })

  it('frees what an ended runner holds, or one that holds another session', () => {
    expect(planLeases([lease({ runnerStatus: 'failed' })])).toEqual([
      { kind: 'release-lease', sessionId: 's1', runnerId: 'r1' },
    ])
    expect(planLeases([lease({ runnerSessionId: 's2' })])).toHaveLength(1)
  })

  it('leaves every live holder its lease, a lost one too', () => {
    for (const runnerStatus of ['starting', 'running', 'paused', 'stopping', 'lost'] as const) {
      expect(planLeases([lease({ runnerStatus })])).toEqual([])
    }
  })
})

describe('planNodes', () => {
  const node = (over: Partial<WatchedNode> = {}): WatchedNode => ({
    id: 'n1',
    lostAt: null,
    removedAt: null,
    lastSeenAt: new Date(0),
    ...over,
  })
  const silent = { agentOfNode: new Map<string, string>(), silentMs: new Map([['n1', 30_001]]), ttlMs: 30_000 }

  it('tells of a silence past the TTL', () => {
    expect(planNodes([node()], silent)).toEqual([{ kind: 'record-node-lost', nodeId: 'n1', silentMs: 30_001 }])
    expect(planNodes([node()], { ...silent, silentMs: new Map([['n1', 30_000]]) })).toEqual([])
  })

  it('not of one that was told, removed, never heard, or is connected', () => {
    expect(planNodes([node({ lostAt: new Date(1) })], silent)).toEqual([])
    expect(planNodes([node({ removedAt: new Date(1) })], silent)).toEqual([])
    expect(planNodes([node({ lastSeenAt: null })], silent)).toEqual([])
    expect(planNodes([node()], { ...silent, agentOfNode: new Map([['n1', 'a1']]) })).toEqual([])
  })
})
