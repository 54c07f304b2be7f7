import type { PublishFailure } from '../core/ports/broker'
import type { Judged } from './mark-batch'
import type { BatchOutcome } from './publisher-observer'

/** Sums up a batch that was committed. */
export function batchOutcome(claimed: number, judged: readonly Judged[], batchSeconds: number): BatchOutcome {
  const published = judged.filter(({ verdict }) => verdict === null)
  const failedByKind: Partial<Record<PublishFailure, number>> = {}
  for (const { result } of judged)
    if (!result.ok) failedByKind[result.failure] = (failedByKind[result.failure] ?? 0) + 1
  return {
    claimed,
    published: published.length,
    failedByKind,
    notAttempted: claimed - judged.length,
    deadNow: judged.filter(({ verdict }) => verdict?.kind === 'dead').length,
    batchSeconds,
    confirmSeconds: published.map(({ confirmSeconds }) => confirmSeconds),
    publishSeconds: published.map(({ event, answeredAt }) =>
      Math.max(0, (answeredAt.getTime() - event.occurred_at.getTime()) / 1000),
    ),
    attempts: published.map(({ event }) => event.attempts + 1),
  }
}
