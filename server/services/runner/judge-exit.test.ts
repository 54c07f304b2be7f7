import { describe, expect, it } from 'vitest'
import { canTransition, desiredStatus, holdsSlot, runnerStatus } from '@/contracts/runner/status'
import { type ExitedRunner, judgeExit } from './judge-exit'
import { RESTART_BACKOFF_CAP_MS, RESTART_HEALTHY_AFTER_MS } from './restart-backoff'

const now = new Date('2026-11-22T12:00:00.000Z')
const running: ExitedRunner = {
  status: 'running',
  desired: 'running',
  reason: null,
  restartPolicy: 'never',
  restartCount: 0,
  startedAt: new Date(now.getTime() - 1_000),
}
const code = (exitCode: number) => ({ exitCode, signal: null, reason: null })

describe('judgeExit', () => {
  it('calls code 0 terminated and anything else failed, with its reason', () => {
    expect(judgeExit(running, code(0), now)).toEqual({ kind: 'ended', status: 'terminated', reason: null })
    expect(judgeExit(running, code(3), now)).toMatchObject({ status: 'failed', reason: 'exited with code 3' })
    const killed = { exitCode: null, signal: 'SIGKILL', reason: null }
    expect(judgeExit(running, killed, now)).toMatchObject({ status: 'failed', reason: 'ended by SIGKILL' })
  })

  it('calls an end on request terminated, whatever the code', () => {
    const stopping: ExitedRunner = { ...running, status: 'stopping', desired: 'terminated', reason: 'stopped by owner' }
    expect(judgeExit({ ...stopping, restartPolicy: 'on_failure' }, code(143), now)).toEqual({
      kind: 'ended',
      status: 'terminated',
      reason: 'stopped by owner',
    })
  })

  it("keeps the agent's own reason, even with code 0", () => {
    const died = { exitCode: 0, signal: null, reason: 'its agent died' }
    expect(judgeExit(running, died, now)).toMatchObject({ status: 'failed', reason: 'its agent died' })
  })

  it('restarts by policy with a doubling, capped delay', () => {
    const delays = [0, 1, 2, 30].map((restartCount) => {
      const verdict = judgeExit({ ...running, restartPolicy: 'on_failure', restartCount }, code(1), now)
      return verdict.kind === 'restart' ? verdict.nextStartAt.getTime() - now.getTime() : null
    })
    expect(delays).toEqual([1_000, 2_000, 4_000, RESTART_BACKOFF_CAP_MS])
    expect(judgeExit({ ...running, restartPolicy: 'on_failure' }, code(0), now).kind).toBe('ended')
  })

  it('never decides what the transition table forbids, from any live status', () => {
    for (const status of runnerStatus.options.filter(holdsSlot)) {
      for (const desired of desiredStatus.options) {
        for (const restartPolicy of ['never', 'on_failure'] as const) {
          for (const exit of [code(0), code(1), { exitCode: null, signal: null, reason: 'its agent died' }]) {
            const verdict = judgeExit({ ...running, status, desired, restartPolicy }, exit, now)
            const to = verdict.kind === 'ended' ? verdict.status : 'starting'
            expect(to === status || canTransition(status, to), `${status} to ${to}`).toBe(true)
          }
        }
      }
    }
  })

  it('starts counting again after a healthy life', () => {
    const startedAt = new Date(now.getTime() - RESTART_HEALTHY_AFTER_MS)
    const verdict = judgeExit({ ...running, restartPolicy: 'on_failure', restartCount: 9, startedAt }, code(1), now)
    expect(verdict).toMatchObject({ kind: 'restart', restartCount: 1 })
  })
})
