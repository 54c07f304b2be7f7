import type { Prisma } from '../../db/generated/client'

/** What a runner's row looks like at the beginning of its next life: nothing of the last one left in it. */
export const nextEpoch = (runner: { epoch: number }): Prisma.RunnerUncheckedUpdateInput => ({
  epoch: runner.epoch + 1,
  desired: 'running',
  stopForce: false,
  activity: 'unknown',
  activitySeq: 0,
  agentId: null,
  pid: null,
  pidStartTicks: null,
  bootId: null,
  exitCode: null,
  signal: null,
  reason: null,
  lastLines: null,
  heldByBudgetId: null,
  startedAt: null,
  endedAt: null,
})
