import { describe, expect, it } from 'vitest'
import { runnerActivity, runnerStatus } from '@/contracts/runner/status'
import { endingOf, stateKeyOf, stateOf } from './runner-state'

describe('state of a runner', () => {
  it('has a word and a shape for every status and activity', () => {
    for (const status of runnerStatus.options)
      for (const activity of runnerActivity.options) {
        const state = stateOf({ status, activity })
        expect(state.word).not.toBe('')
        expect(state.icon).toBeDefined()
      }
  })
  it('shows the activity only of what runs', () => {
    expect(stateKeyOf({ status: 'running', activity: 'waiting_input' })).toBe('waiting_input')
    expect(stateKeyOf({ status: 'paused', activity: 'waiting_input' })).toBe('paused')
    expect(stateKeyOf({ status: 'running', activity: 'unknown' })).toBe('running')
  })
  it('tells no two states that need different acts by colour alone', () => {
    const looks = new Set(
      (['working', 'waiting_permission', 'waiting_input', 'idle'] as const).map(
        (activity) => stateOf({ status: 'running', activity }).icon,
      ),
    )
    expect(looks.size).toBe(4)
  })
})

describe('ending of a runner', () => {
  it('prefers the signal and keeps the reason', () => {
    const ended = { status: 'failed', exitCode: null, signal: 'SIGKILL', reason: 'agent lost' } as const
    expect(endingOf(ended)).toBe('signal SIGKILL · agent lost')
    expect(endingOf({ ...ended, signal: null, exitCode: 3, reason: null })).toBe('exit code 3')
    expect(endingOf({ ...ended, signal: null, exitCode: 3, reason: 'exited with code 3' })).toBe('exited with code 3')
    expect(endingOf({ ...ended, signal: null, reason: null })).toBe('ended')
  })
  it('is nothing while the runner lives', () => {
    expect(endingOf({ status: 'lost', exitCode: null, signal: null, reason: 'agent away' })).toBeNull()
  })
})
