import { describe, expect, it } from 'vitest'
import type { RunnerStatus } from '@/contracts/runner/status'
import { canPerform, needsConfirmation, type RunnerAction } from './runner-actions'

const offered = (
  status: RunnerStatus,
  desired: 'running' | 'paused' | 'terminated' = 'running',
  nextStartAt: string | null = null,
) =>
  (['stop', 'kill', 'pause', 'resume', 'restart'] satisfies RunnerAction[]).filter((action) =>
    canPerform(action, { status, desired, nextStartAt }),
  )

describe('actions of a runner', () => {
  it('offers only what its state allows', () => {
    expect(offered('starting')).toEqual(['stop', 'kill'])
    expect(offered('running')).toEqual(['stop', 'kill', 'pause', 'restart'])
    expect(offered('paused', 'paused')).toEqual(['stop', 'kill', 'resume'])
    expect(offered('stopping', 'terminated')).toEqual(['kill'])
    expect(offered('lost')).toEqual(['stop', 'kill'])
    expect(offered('terminated', 'terminated')).toEqual(['restart'])
  })
  it('lets a pause be taken back before it happened', () => {
    expect(offered('running', 'paused')).toContain('resume')
    expect(offered('running', 'paused')).not.toContain('pause')
  })
  it('lets a failed runner that would start again be stopped', () => {
    expect(offered('failed')).not.toContain('stop')
    expect(offered('failed', 'running', '2026-01-01T00:00:00Z')).toContain('stop')
  })
  it('asks first only where something running would end', () => {
    expect(needsConfirmation('stop', { status: 'running' })).toBe(true)
    expect(needsConfirmation('stop', { status: 'paused' })).toBe(false)
    expect(needsConfirmation('pause', { status: 'running' })).toBe(false)
    expect(needsConfirmation('restart', { status: 'failed' })).toBe(false)
  })
})
