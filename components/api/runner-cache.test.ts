import { describe, expect, it } from 'vitest'
import { aRunner } from '@/components/testing/a-runner'
import { inboxOf, orderForFleet, patchRunnerList } from './runner-cache'

const at = (minute: number) => `2026-01-01T00:0${minute}:00Z`

describe('patchRunnerList', () => {
  it('replaces a known runner in its place and puts a new one first', () => {
    const list = [aRunner({ id: 'a' }), aRunner({ id: 'b' })]
    const changed = aRunner({ id: 'b', status: 'paused' })
    expect(patchRunnerList(list, changed)).toEqual([list[0], changed])
    expect(patchRunnerList(list, aRunner({ id: 'c' })).map((runner) => runner.id)).toEqual(['c', 'a', 'b'])
    expect(list[1]?.status).toBe('running')
  })
})

describe('inboxOf', () => {
  it('holds only running runners that wait, the oldest first', () => {
    const runners = [
      aRunner({ id: 'late', activity: 'waiting_input', activitySince: at(5) }),
      aRunner({ id: 'early', activity: 'waiting_permission', activitySince: at(1) }),
      aRunner({ id: 'paused', activity: 'waiting_input', status: 'paused', activitySince: at(0) }),
      aRunner({ id: 'busy', activity: 'working', activitySince: at(0) }),
    ]
    expect(inboxOf(runners).map((runner) => runner.id)).toEqual(['early', 'late'])
  })
})

describe('orderForFleet', () => {
  it('shows who waits first and what has ended last, newest first in between', () => {
    const runners = [
      aRunner({ id: 'ended', status: 'terminated', createdAt: at(9) }),
      aRunner({ id: 'old', createdAt: at(1) }),
      aRunner({ id: 'new', createdAt: at(2) }),
      aRunner({ id: 'waits', activity: 'waiting_input', createdAt: at(0) }),
    ]
    expect(orderForFleet(runners).map((runner) => runner.id)).toEqual(['waits', 'new', 'old', 'ended'])
  })
})
