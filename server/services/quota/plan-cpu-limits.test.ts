import { describe, expect, it } from 'vitest'
import { type CpuRunner, planCpuLimits } from './plan-cpu-limits'

const runner = (id: string, changes: Partial<CpuRunner>): CpuRunner => ({
  id,
  epoch: 1,
  projectId: 'p',
  project: 'web',
  provider: 'shell',
  quotaPercent: 100,
  usedPercent: 0,
  limitPercent: null,
  agentId: 'a',
  ...changes,
})
/** What changes, by runner. */
const plan = (...runners: CpuRunner[]) =>
  Object.fromEntries(planCpuLimits(runners).map((change) => [change.runner.id, change.percent]))

describe('planCpuLimits', () => {
  it('holds nobody while all keep within the quota', () => {
    expect(plan(runner('x', { usedPercent: 60 }), runner('y', { usedPercent: 40 }))).toEqual({})
  })

  it('holds the runners of a project that is over its quota to their parts of it', () => {
    expect(plan(runner('x', { usedPercent: 180 }))).toEqual({ x: 100 })
    expect(plan(runner('x', { usedPercent: 100 }), runner('y', { usedPercent: 90 }))).toEqual({ x: 50, y: 50 })
    expect(plan(runner('x', { usedPercent: 190 }), runner('y', { usedPercent: 20 }))).toEqual({ x: 75, y: 25 })
  })

  it('goes on holding who would use more, and gives what the others leave', () => {
    const held = runner('x', { usedPercent: 49, limitPercent: 50 })
    expect(plan(held, runner('y', { usedPercent: 48, limitPercent: 50 }))).toEqual({})
    expect(plan(held, runner('y', { usedPercent: 1, limitPercent: 50 }))).toEqual({ x: 87.5, y: 12.5 })
  })

  it('lets go once nobody wants more, or there is no quota any more', () => {
    expect(plan(runner('x', { usedPercent: 30, limitPercent: 100 }))).toEqual({ x: null })
    expect(plan(runner('x', { usedPercent: 99, limitPercent: 100, quotaPercent: null }))).toEqual({ x: null })
  })

  it('follows another quota, but not every little difference', () => {
    const held = (quotaPercent: number) => runner('x', { usedPercent: 97, limitPercent: 100, quotaPercent })
    expect(plan(held(200))).toEqual({ x: 200 })
    expect(plan(held(50))).toEqual({ x: 50 })
    expect(plan(held(103))).toEqual({})
  })

  it('leaves out who cannot be held, and takes what they use off the quota', () => {
    const far = runner('far', { usedPercent: 70, agentId: null })
    expect(plan(far, runner('x', { usedPercent: 60 }))).toEqual({ x: 30 })
    expect(plan(far, runner('other', { usedPercent: 60, projectId: 'q' }))).toEqual({})
  })

  it('leaves a little even of a quota of nothing', () => {
    expect(plan(runner('x', { usedPercent: 10, quotaPercent: 0 }))).toEqual({ x: 1 })
  })
})
