import type { RunnerExit } from '@/contracts/agent-protocol/messages'
import type { DesiredStatus, RunnerStatus } from '@/contracts/runner/status'
import { RESTART_HEALTHY_AFTER_MS, restartDelayMs } from './restart-backoff'

export interface ExitedRunner {
  status: RunnerStatus
  desired: DesiredStatus
  reason: string | null
  restartPolicy: 'never' | 'on_failure'
  restartCount: number
  startedAt: Date | null
}

export type ExitVerdict =
  | { kind: 'ended'; status: 'terminated' | 'failed'; reason: string | null }
  | { kind: 'restart'; reason: string; restartCount: number; nextStartAt: Date }

const describe = (exit: Pick<RunnerExit, 'exitCode' | 'signal'>): string =>
  exit.signal ? `ended by ${exit.signal}` : `exited with code ${exit.exitCode ?? 'unknown'}`

/**
 * What an exit means. Ended on request: terminated, whatever the code. By itself: terminated for code 0, else failed,
 * and started again when its policy says so. `exit.reason` is the agent's own (its death, a failed start).
 */
export function judgeExit(
  runner: ExitedRunner,
  exit: Pick<RunnerExit, 'exitCode' | 'signal' | 'reason'>,
  now: Date,
): ExitVerdict {
  if (runner.desired === 'terminated') return { kind: 'ended', status: 'terminated', reason: runner.reason }
  if (exit.exitCode === 0 && exit.signal === null && exit.reason === null) {
    return { kind: 'ended', status: 'terminated', reason: null }
  }
  const reason = exit.reason ?? describe(exit)
  if (runner.restartPolicy === 'never') return { kind: 'ended', status: 'failed', reason }
  const livedMs = runner.startedAt ? now.getTime() - runner.startedAt.getTime() : 0
  const count = livedMs >= RESTART_HEALTHY_AFTER_MS ? 0 : runner.restartCount
  const nextStartAt = new Date(now.getTime() + restartDelayMs(count))
  return { kind: 'restart', reason, restartCount: count + 1, nextStartAt }
}
