import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKillDeadline } from './kill-deadline'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a kill deadline', () => {
  it('is not put off by asking again', () => {
    const kill = vi.fn()
    const deadline = createKillDeadline(kill)
    deadline.within(50_000)
    vi.advanceTimersByTime(30_000)
    deadline.within(50_000)
    expect(kill).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20_000)
    expect(kill.mock.calls).toEqual([[50_000]])
  })

  it('comes earlier when less time is given', () => {
    const kill = vi.fn()
    const deadline = createKillDeadline(kill)
    deadline.within(50_000)
    deadline.within(1_000)
    vi.advanceTimersByTime(1_000)
    expect(kill.mock.calls).toEqual([[1_000]])
    vi.advanceTimersByTime(60_000)
    expect(kill).toHaveBeenCalledTimes(1)
  })

  it('kills again when asked after it was over', () => {
    const kill = vi.fn()
    const deadline = createKillDeadline(kill)
    deadline.within(1_000)
    vi.advanceTimersByTime(5_000)
    deadline.within(1_000)
    expect(kill).toHaveBeenCalledTimes(2)
  })

  it('kills nothing that has ended', () => {
    const kill = vi.fn()
    const deadline = createKillDeadline(kill)
    deadline.within(1_000)
    deadline.clear()
    vi.advanceTimersByTime(5_000)
    expect(kill).not.toHaveBeenCalled()
  })
})
