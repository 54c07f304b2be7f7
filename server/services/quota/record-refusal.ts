import type { ProviderId } from '@/contracts/provider/provider'
import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { QuotaExceededError } from './runner-quota'

/** A loop that is refused again and again is told of once in this time, per project. */
const TOLD_EVERY_MS = 60_000

/**
 * Runs a launch; when the quota refuses it, records that in a transaction of its own, because the launch's is undone.
 * The refusal itself goes on to the caller.
 */
export async function recordingRefusal<T>(
  ctx: ServiceContext,
  provider: (() => Promise<ProviderId>) | ProviderId | undefined,
  launch: () => Promise<T>,
): Promise<T> {
  try {
    return await launch()
  } catch (error) {
    if (error instanceof QuotaExceededError) await recordRefusal(ctx, error)
    throw error
  }
}
