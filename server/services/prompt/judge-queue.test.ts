import { expect, it } from 'vitest'
import { runnerActivity, runnerStatus } from '@/contracts/runner/status'
import { judgeQueue, type QueuedRunner, SETTLE_MS } from './judge-queue'

const NOW = new Date('2026-01-02T03:04:05Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const idle: QueuedRunner = {
  status: 'running',
  desired: 'running',
  activity: 'idle',
  activitySince: ago(1_000),
  asks: false,
  lastSentAt: null,
  lastClosedAt: null,
}

it('sends to an idle runner and to no other', () => {
  expect(judgeQueue(idle, NOW)).toBe('send')
  for (const activity of runnerActivity.exclude(['idle']).options)
    expect(judgeQueue({ ...idle, activity }, NOW)).toBeNull()
  for (const status of runnerStatus.exclude(['running']).options)
    expect(judgeQueue({ ...idle, status }, NOW)).toBeNull()
  expect(judgeQueue({ ...idle, desired: 'terminated' }, NOW)).toBeNull()
  expect(judgeQueue({ ...idle, asks: true }, NOW)).toBeNull()
})

it('waits until it was busy with the last prompt, or was too quick to be seen', () => {
  const last = { activitySince: ago(60_000), lastSentAt: ago(2_000), lastClosedAt: ago(1_000) }
  expect(judgeQueue({ ...idle, ...last }, NOW)).toEqual({ lookInMs: SETTLE_MS - 1_000 })
  expect(judgeQueue({ ...idle, ...last, activitySince: ago(500) }, NOW)).toBe('send')
  expect(judgeQueue({ ...idle, ...last, lastClosedAt: ago(SETTLE_MS) }, NOW)).toBe('send')
})
