import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { followSessions } from './follow-sessions'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function follow() {
  let open: string[] = []
  const look = vi.fn(async () => open.map((sessionId) => ({ sessionId, cwd: '/work', startedAt: 0 })))
  const opened: string[] = []
  const problems: unknown[] = []
  const stop = followSessions(
    look,
    ({ sessionId }) => opened.push(sessionId),
    (_, detail) => problems.push(detail),
  )
  const after = (ms: number, ...ids: string[]) => {
    open = ids
    return vi.advanceTimersByTimeAsync(ms)
  }
  return { look, opened, problems, stop, after }
}

it('tells of the newest conversation, each once', async () => {
  const { opened, after, stop } = follow()
  await after(10_000)
  expect(opened).toEqual([])
  await after(10_000, 'a', 'b')
  await after(10_000, 'a', 'b')
  expect(opened).toEqual(['b'])
  await after(10_000, 'a', 'b', 'c')
  expect(opened).toEqual(['b', 'c'])
  stop()
  await after(60_000, 'd')
  expect(opened).toEqual(['b', 'c'])
})

it('looks often at first and seldom later', async () => {
  const { look, after, stop } = follow()
  await after(60_000)
  expect(look).toHaveBeenCalledTimes(30)
  await after(60_000)
  expect(look).toHaveBeenCalledTimes(34)
  stop()
})

it('goes on after a look that failed', async () => {
  const { look, opened, problems, after, stop } = follow()
  look.mockRejectedValueOnce(new Error('no memory'))
  await after(2_000, 'a')
  expect(problems).toHaveLength(1)
  await after(2_000, 'a')
  expect(opened).toEqual(['a'])
  stop()
})
