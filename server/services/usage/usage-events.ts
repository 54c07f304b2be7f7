import { isEnded } from '@/contracts/runner/status'
import { type TokenCounts, totalTokens } from '@/contracts/usage/tokens'
import { Prisma } from '../../db/generated/client'
import type { NewEvent } from '../../outbox/append'
import type { UsageChange } from './write-usage'

/**
 * What to tell of changes: one `metrics.tokens` for each session and model of a live runner. History that is read tells
 * nothing: it is no news.
 */
export function usageEvents(changes: readonly UsageChange[]): NewEvent[] {
  const groups = new Map<string, UsageChange[]>()
  for (const change of changes) {
    const { runnerId, runnerStatus, sessionId } = change.place
    if (runnerId === null || runnerStatus === null || isEnded(runnerStatus) || totalTokens(change.more) === 0) continue
    const key = `${runnerId} ${sessionId} ${change.usage.model}`
    groups.set(key, [...(groups.get(key) ?? []), change])
  }
  return [...groups.values()].flatMap((group): NewEvent[] => {
    const [first] = group
    if (first === undefined) return []
    const { runnerId, sessionId, project } = first.place
    const sum = (kind: keyof TokenCounts): number =>
      Math.max(
        0,
        group.reduce((total, { more }) => total + more[kind], 0),
      )
    const isPriced = group.every(({ costUsd }) => costUsd !== null)
    return [
      {
        type: 'metrics.tokens',
        subject: { type: 'session', id: sessionId },
        project,
        data: {
          runnerId,
          sessionId,
          model: first.usage.model,
          requests: group.filter(({ isNew }) => isNew).length,
          tokens: {
            input: sum('input'),
            output: sum('output'),
            cacheRead: sum('cacheRead'),
            cacheWrite5m: sum('cacheWrite5m'),
            cacheWrite1h: sum('cacheWrite1h'),
          },
          costUsd: isPriced ? Prisma.Decimal.sum(...group.map(({ moreUsd }) => moreUsd)).toNumber() : null,
        },
      },
    ]
  })
}
